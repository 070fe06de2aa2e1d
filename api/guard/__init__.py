"""What stands round every request: who may ask how often, what is refused, and how an answer is sealed."""
