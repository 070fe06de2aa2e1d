"""Reading of feeds: one reader for each format, all into the same candidate records."""
