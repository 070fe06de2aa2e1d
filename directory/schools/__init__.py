"""The schools of the city: from the official register, tied by postcode to every layer."""
