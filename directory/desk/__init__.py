"""The steward's desk: the commands `listing` and `feed`, and what they do to the store."""
