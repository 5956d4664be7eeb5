"""Trains the selector net, which finds what is worth reading."""
