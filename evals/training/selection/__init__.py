"""Teaches the net that chooses the nodes of an answer (`kb.answer.selection`)."""
