"""Frozen values that every room shares: no input, no output, no library beyond NumPy."""
