"""Who answers for a place, and how to reach them at a given moment: never a dead end."""
