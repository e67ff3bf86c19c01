"""Scelle: finds the sequences that matter in recorded video, under control, provably."""

__version__ = "0.1.0"
