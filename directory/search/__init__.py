"""Finding the right service: the index, what a query means, ranking. Derived, never a source of truth."""
