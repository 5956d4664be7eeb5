"""Teaches e5 to read questions about boards, by low-rank additions to its layers."""
