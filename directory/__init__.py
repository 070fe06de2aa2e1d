"""Who answers for a child's home, how to reach them, what could help. Above `geo`, below `cli` and `api`."""
