"""Documents and figures that people read."""
