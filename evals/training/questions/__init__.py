"""Boards and questions to learn from, written by hand; none is in a measured half."""
