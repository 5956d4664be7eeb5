"""Trains the net that selects the nodes of an answer."""
