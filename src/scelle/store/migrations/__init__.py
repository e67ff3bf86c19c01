"""Numbered changes of the tables, applied in order when the database is opened."""
