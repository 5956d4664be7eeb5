"""Teaches the reader, which reads a question beside the likeliest rows of the boards."""
