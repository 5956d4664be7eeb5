"""How fast, as ratios to the work that can't be avoided."""
