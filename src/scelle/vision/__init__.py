"""Motion, detection, tracking and description."""
