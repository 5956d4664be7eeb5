"""The trained eyes: one small net sees shapes, free-standing words, lines and their ends."""
