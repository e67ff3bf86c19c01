"""A street of its own: generated footage with known truth."""
