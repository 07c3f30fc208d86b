"""The history in a database: one schema, on SQLite or PostgreSQL."""
