"""Why a file could not be tagged, in words for the person who asked."""

from __future__ import annotations


class TaggingError(Exception):
    """The message says what was wrong, where, and what to do."""


class UnusableError(TaggingError):
    """What was asked for cannot be done with these arguments."""


class RefusedError(TaggingError):
    """The data cannot be tagged without guessing."""
