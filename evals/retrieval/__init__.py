"""How well the right boards, and the right ink on them, are found."""
