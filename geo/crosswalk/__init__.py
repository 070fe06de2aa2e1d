"""How two of the city's maps lie across each other, counted by postcodes."""
