"""How well names and versions of boards are linked, and what that costs beside embedding."""
