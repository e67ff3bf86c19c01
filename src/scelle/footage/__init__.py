"""Closed recordings: probing, exact time, decoding, encoding."""
