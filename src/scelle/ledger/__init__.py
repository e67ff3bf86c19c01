"""The tamper-evident record (RFC 6962 tree of salted field digests)."""
