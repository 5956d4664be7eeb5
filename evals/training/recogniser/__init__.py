"""The recogniser of written lines: the bundled network, taught board handwriting."""
