"""Teaches the question encoder: a few weights that bring questions near what answers them."""
