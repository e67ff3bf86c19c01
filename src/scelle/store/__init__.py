"""Database, keys and the encrypted vault."""
