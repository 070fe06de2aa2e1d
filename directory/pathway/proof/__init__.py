"""The proof of a questionnaire over all its answers: exact, by dynamic programming over abstract states."""
