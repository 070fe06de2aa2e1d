"""What the project costs: `python -m bench` measures it and prints a table. Nothing is asserted."""
