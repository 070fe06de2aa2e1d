"""The website and the API. Calls `directory`, which calls `geo`; nothing calls back."""
