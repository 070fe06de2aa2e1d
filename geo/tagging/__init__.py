"""Tagging whole files: many postcodes at once, with the same answers as one at a time."""
