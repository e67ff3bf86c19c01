"""Many passages at once: arranging and composing tubes."""
