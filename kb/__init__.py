"""The knowledge base: what a board is, where it is kept, how it is found and cited."""
