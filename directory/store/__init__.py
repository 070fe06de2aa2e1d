"""The database: what a listing is made of, tables, migrations, history; SQLite or PostgreSQL by URL."""
