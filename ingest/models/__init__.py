"""Serving a vision-language model: the command that starts it, and what it then can do."""
