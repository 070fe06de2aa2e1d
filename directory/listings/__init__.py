"""What helps: organisations, places and services; reading, checking, comparing and exporting them."""
