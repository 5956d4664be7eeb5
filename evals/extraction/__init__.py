"""How much of a board the extractor sees, measured against drawn or annotated truth."""
