"""Boards and questions to learn from, written for that; none is in a measured half."""
