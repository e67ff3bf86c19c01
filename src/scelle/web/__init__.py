"""The web pages: thin, they build acts and hand them to the door."""
