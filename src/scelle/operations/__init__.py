"""What a permit allows to be done: one handler per act."""
