"""Training of the local extractor's eyes: a detector of shapes and arrows, a reader of words."""
