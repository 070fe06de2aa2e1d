"""The website: pages, their words, their files and their policy."""
