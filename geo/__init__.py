"""Where is this child's home, on each of the city's maps? Imports nothing else of ours."""
