"""How well and how fast, measured."""
