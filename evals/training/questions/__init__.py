"""Boards and questions written for teaching the question encoder; none is in a measured half."""
