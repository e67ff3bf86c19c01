"""The command line: builds acts, hands them to the door, prints what comes back."""
