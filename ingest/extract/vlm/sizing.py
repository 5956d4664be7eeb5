"""How large a picture goes to the model: counted in the tokens that it becomes there."""

from __future__ import annotations

import math

# Pixels that one token covers, per side: patch size × merge size of the vision tower.
_TOKEN_SIDES = (
    ("qwen3", 32),  # Qwen3-VL, Qwen3.5: patches of 16, merged 2 × 2
    ("qwen2", 28),  # Qwen2-VL, Qwen2.5-VL: patches of 14, merged 2 × 2
    ("glm-4", 28),
    ("internvl", 28),
)
DEFAULT_SIDE = 32
_FEWEST = 4  # tokens per side: less is refused by some servers


def token_side(model: str) -> int:
    """Return how many pixels a token of `model` covers per side, by the family its name tells."""
    name = model.lower().replace("_", "-")
    return next((side for family, side in _TOKEN_SIDES if family in name), DEFAULT_SIDE)


def fitted_size(
    width: float, height: float, tokens: int, side: int = DEFAULT_SIDE
) -> tuple[int, int]:
    """Return the size in pixels at which a picture takes at most `tokens` tokens.

    Both sides are whole tokens, so that no server resizes again. A picture is enlarged only to
    the next whole token, or to the least size that servers take.
    """
    scale = min(1.0, math.sqrt(tokens * side * side / (width * height)))
    across = max(_FEWEST, round(width * scale / side))
    down = max(_FEWEST, round(height * scale / side))
    while across * down > tokens and max(across, down) > _FEWEST:
        if across >= down:
            across -= 1
        else:
            down -= 1
    return across * side, down * side


def tokens_of(size: tuple[int, int], side: int = DEFAULT_SIDE) -> int:
    """Return how many tokens a picture of `size` pixels takes."""
    return math.ceil(size[0] / side) * math.ceil(size[1] / side)
