"""What may be done, by whom, when: pure decisions; the time is passed in."""
