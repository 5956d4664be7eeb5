"""The selector net: what a question's tokens and the rows of a sheet make of one another.

In each layer every row looks at the question's tokens (cross-attention), hears from the rows that
it is joined with, by the kind of join (as in R-GCN, arXiv 1703.06103), and the question looks at
all rows. So "what comes after" may look along arrows, and "what changed" at a board's other
version. Cost grows with rows, not with their square.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from kb.answer.selection.joins import JOINS
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.sheet import CUES_SEEN
from kb.embed.embedder import MAX_ASKED

CATEGORIES = 14
HEARD = 48  # of each kind of join
GONE = -30.0  # logit of a row that is not there
SAID = 3.0  # in logits, for a row that holds all words of a question: lessons avoid boards' words


@dataclass(frozen=True)
class NetSize:
    """How large a selector net is; `dim` is that of the embedder's vectors."""

    dim: int = 384
    width: int = 128
    heads: int = 4
    layers: int = 3
    dropout: float = 0.15


class Shown(NamedTuple):
    """A batch of sheets, padded.

    tokens (batch, tokens, dim), vector (batch, dim), cues (batch, CUES_SEEN), rows
    (batch, rows, dim), numbers (batch, rows, NUMBERS), joins (joins, 4): batch, then as in a sheet;
    the masks are True where something is.
    """

    tokens: Tensor
    token_mask: Tensor
    vector: Tensor
    cues: Tensor
    rows: Tensor
    row_mask: Tensor
    numbers: Tensor
    joins: Tensor


class Said(NamedTuple):
    """Logits of rows for being of the answer and for being where it starts, of there being none.

    member, start (batch, rows), GONE where no row is; none (batch,); category (batch, CATEGORIES).
    """

    member: Tensor
    start: Tensor
    none: Tensor
    category: Tensor


class SelectorNet(nn.Module):
    """See the module."""

    def __init__(self, size: NetSize = NetSize()) -> None:
        super().__init__()
        self.size = size
        width = size.width
        self.token = nn.Linear(size.dim, width)
        self.place = nn.Parameter(torch.randn(MAX_ASKED, width) * 0.02)
        self.whole = nn.Linear(size.dim + len(CUES_SEEN), width)
        self.row = nn.Linear(size.dim, width)
        self.numbers = nn.Sequential(
            nn.Linear(len(NUMBERS), width), nn.GELU(), nn.Linear(width, width)
        )
        self.asked = nn.Linear(size.dim, width, bias=False)
        self.told = nn.Linear(size.dim, width, bias=False)
        self.layers = nn.ModuleList(_Layer(size) for _ in range(size.layers))
        self.norm = nn.LayerNorm(width)
        self.out = _head(size, 2 * width, 2)
        self.none = _head(size, 2 * width, 1)
        self.category = nn.Linear(width, CATEGORIES)
        self.drop = nn.Dropout(size.dropout)

    def forward(self, shown: Shown) -> Said:
        """Return what is said of each row and question."""
        whole = self.whole(torch.cat([shown.vector, shown.cues], -1))[:, None]
        tokens = self.token(shown.tokens) + self.place[: shown.tokens.shape[1]]
        asked = self.drop(torch.cat([whole, tokens], 1))
        product = self.asked(shown.vector)[:, None] * self.told(shown.rows) * 20
        rows = self.drop(self.row(shown.rows) * 4 + self.numbers(shown.numbers) + product)
        asked_mask = torch.cat([torch.ones_like(shown.token_mask[:, :1]), shown.token_mask], 1)
        joins = Hearing(shown.joins, rows)
        for layer in self.layers:
            asked, rows = layer(asked, rows, asked_mask, shown.row_mask, joins)
        asked, rows = self.norm(asked), self.norm(rows)
        head = asked[:, 0]
        gone = ~shown.row_mask[..., None]
        both = self.out(torch.cat([rows, head[:, None].expand_as(rows)], -1)).masked_fill(
            gone, GONE
        )
        member, start = both.unbind(-1)
        member = member + SAID * shown.numbers[..., NUMBERS.index("written")]
        weight = member.detach().softmax(-1)[..., None]
        none = self.none(torch.cat([head, (rows * weight).sum(1)], -1))[:, 0]
        return Said(member, start, none, self.category(head))

    def about(self) -> dict[str, float]:
        """Return its size, to be kept beside its weights."""
        return asdict(self.size)


class Hearing:
    """Where what each row hears comes from and goes to, with the share that it has in it."""

    def __init__(self, joins: Tensor, rows: Tensor) -> None:
        batch, length, _ = rows.shape
        which, kind, to, source = joins.unbind(-1)
        self.source = which * length + source
        self.to = (which * length + to) * len(JOINS) + kind
        count = torch.bincount(self.to, minlength=batch * length * len(JOINS))
        self.share = 1.0 / count[self.to].clamp(min=1)[:, None]

    def heard(self, told: Tensor) -> Tensor:
        """Return the mean of what joined rows tell, by kind: (batch, rows, JOINS * HEARD)."""
        batch, length, width = told.shape
        flat = told.reshape(-1, width)
        sums = flat.new_zeros(batch * length * len(JOINS), width)
        sums = sums.index_add(0, self.to, flat[self.source] * self.share.to(flat.dtype))
        return sums.view(batch, length, -1)


class _Layer(nn.Module):
    def __init__(self, size: NetSize) -> None:
        super().__init__()
        width = size.width
        self.look = _Look(size)
        self.ask = _Look(size)
        self.tell = nn.Linear(width, HEARD)
        self.hear = nn.Linear(len(JOINS) * HEARD, width)
        self.before = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.rows, self.asked = _feed(size), _feed(size)
        self.drop = nn.Dropout(size.dropout)

    def forward(
        self, asked: Tensor, rows: Tensor, asked_mask: Tensor, row_mask: Tensor, joins: Hearing
    ) -> tuple[Tensor, Tensor]:
        one, two = self.before[0](asked), self.before[1](rows)
        rows = rows + self.drop(self.look(two, one, asked_mask))
        rows = rows + self.drop(self.hear(joins.heard(self.tell(two))))
        both = torch.cat([one, two], 1)
        asked = asked + self.drop(self.ask(one, both, torch.cat([asked_mask, row_mask], 1)))
        rows = rows + self.drop(self.rows(self.before[2](rows)))
        return asked + self.drop(self.asked(self.before[3](asked))), rows


class _Look(nn.Module):
    """Attention of one sequence to another."""

    def __init__(self, size: NetSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.query = nn.Linear(size.width, size.width)
        self.both = nn.Linear(size.width, 2 * size.width)
        self.join = nn.Linear(size.width, size.width)

    def forward(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = one.shape
        query = self.query(one).view(batch, length, self.heads, -1).transpose(1, 2)
        key, value = (
            self.both(other).view(batch, other.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        )
        mixed = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask[:, None, None]
        )
        joined: Tensor = self.join(mixed.transpose(1, 2).reshape(batch, length, width))
        return joined


def _feed(size: NetSize) -> nn.Sequential:
    inner = 3 * size.width
    return nn.Sequential(
        nn.Linear(size.width, inner),
        nn.GELU(),
        nn.Dropout(size.dropout),
        nn.Linear(inner, size.width),
    )


def _head(size: NetSize, inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, size.width),
        nn.GELU(),
        nn.Dropout(size.dropout),
        nn.Linear(size.width, outputs),
    )
