"""The selector's net: a small transformer over a question's tokens and the rows of a sheet.

Rows attend to the question and to one another; how two rows are joined (`sheet.PAIRS`) is a bias of
each head, as in Graphormer (arXiv 2106.05234), so that "what comes after" may look along arrows and
"what changed" at the other version of a board.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from kb.answer.selection.sheet import CUES_SEEN, MAX_TOKENS, NUMBERS, PAIRS

CATEGORIES = 14


@dataclass(frozen=True)
class Size:
    """How large a net is; `dim` is that of the embedder's vectors."""

    dim: int = 384
    width: int = 192
    heads: int = 6
    layers: int = 3
    dropout: float = 0.2


class Shown(NamedTuple):
    """A batch of sheets, padded.

    tokens (batch, tokens, dim), vector (batch, dim), cues (batch, CUES_SEEN), rows
    (batch, rows, dim), numbers (batch, rows, NUMBERS), pairs (batch, rows, rows) of int; the masks
    are True where something is.
    """

    tokens: Tensor
    token_mask: Tensor
    vector: Tensor
    cues: Tensor
    rows: Tensor
    row_mask: Tensor
    numbers: Tensor
    pairs: Tensor


class Said(NamedTuple):
    """Logits: (batch, rows) for being of the answer, being where it starts; (batch,) for there being none."""

    member: Tensor
    start: Tensor
    none: Tensor
    category: Tensor


class SelectorNet(nn.Module):
    """See the module."""

    def __init__(self, size: Size = Size()) -> None:
        super().__init__()
        self.size = size
        width = size.width
        self.token = nn.Linear(size.dim, width)
        self.place = nn.Parameter(torch.randn(MAX_TOKENS, width) * 0.02)
        self.whole = nn.Linear(size.dim + len(CUES_SEEN), width)
        self.row = nn.Linear(size.dim, width)
        self.numbers = nn.Sequential(
            nn.Linear(len(NUMBERS), width), nn.GELU(), nn.Linear(width, width)
        )
        self.asked = nn.Linear(size.dim, width, bias=False)
        self.told = nn.Linear(size.dim, width, bias=False)
        self.layers = nn.ModuleList(_Layer(size) for _ in range(size.layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Dropout(size.dropout), nn.Linear(width, 2))
        self.none = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Dropout(size.dropout), nn.Linear(width, 1))
        self.category = nn.Linear(width, CATEGORIES)
        self.drop = nn.Dropout(size.dropout)

    def forward(self, shown: Shown) -> Said:
        whole = self.whole(torch.cat([shown.vector, shown.cues], -1))[:, None]
        tokens = self.token(shown.tokens) + self.place[: shown.tokens.shape[1]]
        product = self.asked(shown.vector)[:, None] * self.told(shown.rows) * 20
        rows = self.row(shown.rows) * 4 + self.numbers(shown.numbers) + product
        x = self.drop(torch.cat([whole, tokens, rows], 1))
        first = torch.ones_like(shown.token_mask[:, :1])
        mask = torch.cat([first, shown.token_mask, shown.row_mask], 1)
        asked = 1 + shown.tokens.shape[1]
        for layer in self.layers:
            x = layer(x, mask, shown.pairs, asked)
        x = self.norm(x)
        head, rows = x[:, 0], x[:, asked:]
        beside = torch.cat([rows, head[:, None].expand_as(rows)], -1)
        member, start = self.out(beside).unbind(-1)
        gone = ~shown.row_mask
        member, start = member.masked_fill(gone, -30.0), start.masked_fill(gone, -30.0)
        weight = member.detach().softmax(-1)[..., None]
        none = self.none(torch.cat([head, (rows * weight).sum(1)], -1))[:, 0]
        return Said(member, start, none, self.category(head))

    def about(self) -> dict[str, float]:
        """Return its size, to be kept beside its weights."""
        return asdict(self.size)


class _Layer(nn.Module):
    def __init__(self, size: Size) -> None:
        super().__init__()
        width = size.width
        self.heads = size.heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.bias = nn.Embedding(len(PAIRS) + 3, size.heads)
        nn.init.zeros_(self.bias.weight)
        self.feed = nn.Sequential(
            nn.Linear(width, 3 * width), nn.GELU(), nn.Dropout(size.dropout), nn.Linear(3 * width, width)
        )
        self.drop = nn.Dropout(size.dropout)

    def forward(self, x: Tensor, mask: Tensor, pairs: Tensor, asked: int) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(self.before(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        kinds = pairs.new_full((batch, length, length), len(PAIRS))
        kinds[:, asked:, :asked] = len(PAIRS) + 1
        kinds[:, :asked, asked:] = len(PAIRS) + 2
        kinds[:, asked:, asked:] = pairs
        bias = self.bias(kinds).permute(0, 3, 1, 2).masked_fill(~mask[:, None, None], -1e4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        x = x + self.drop(self.join(mixed.transpose(1, 2).reshape(batch, length, width)))
        return x + self.drop(self.feed(self.after(x)))
