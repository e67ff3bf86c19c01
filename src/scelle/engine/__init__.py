"""Segment tasks on processes, resumable."""
