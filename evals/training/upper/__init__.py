"""Teaches e5's upper layers, which read a question beside the likeliest rows of the boards."""
