"""e5's upper layers, taught anew: they read a question's words beside those of the likeliest rows.

The lower layers read every text by itself (`kb.embed.lower`), so what they make of a row is kept;
the upper ones read question and rows as one text (as in DeFormer, arXiv 2005.00697). Each row has a
token of its own that knows what the row is and where it stands; beside attention it hears in each
layer from its own words and from the rows that it is joined with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from kb.answer.selection.joins import JOINS
from kb.answer.selection.net import CATEGORIES, GONE, Hearing, Said
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.sheet import CUES_SEEN


@dataclass(frozen=True)
class UpperSize:
    """How large upper layers are; `dim`, `heads` and `inner` are those of e5."""

    dim: int = 384
    heads: int = 12
    inner: int = 1536
    layers: int = 4
    heard: int = 32
    dropout: float = 0.1


class Read(NamedTuple):
    """A batch of questions with the rows that are read, padded.

    words (batch, words, dim): what the lower layers made of the question, then of the rows' words;
    owner (batch, words): the row that a word is of, -1 of the question, -2 where none is.
    cues (batch, CUES_SEEN); rows (batch, rows, dim) as the index keeps them; numbers (batch, rows,
    NUMBERS); joins (joins, 4): batch, then as in a sheet; row_mask is True where a row is.
    """

    words: Tensor
    owner: Tensor
    cues: Tensor
    rows: Tensor
    row_mask: Tensor
    numbers: Tensor
    joins: Tensor


class UpperLayers(nn.Module):
    """See the module."""

    def __init__(self, size: UpperSize = UpperSize()) -> None:
        super().__init__()
        self.size = size
        dim = size.dim
        self.numbers = nn.Sequential(nn.Linear(len(NUMBERS), dim), nn.GELU(), nn.Linear(dim, dim))
        self.row = nn.Linear(dim, dim)
        self.cues = nn.Linear(len(CUES_SEEN), dim)
        self.norm = nn.LayerNorm(dim)
        self.of_row = nn.Linear(dim, dim)
        nn.init.zeros_(self.of_row.weight)
        nn.init.zeros_(self.of_row.bias)
        self.layers = nn.ModuleList(Layer(size) for _ in range(size.layers))
        self.hear = nn.ModuleList(_Hear(size) for _ in range(size.layers))
        self.out = _head(3 * dim, 2, size)
        self.none = _head(2 * dim, 1, size)
        self.category = nn.Linear(dim, CATEGORIES)
        self.drop = nn.Dropout(size.dropout)

    def forward(self, read: Read) -> Said:
        """Return what is said of each row and question: `Said` tells the shapes."""
        rows = self.norm(self.row(read.rows * 4) + self.numbers(read.numbers))
        rows = self.drop(rows + self.cues(read.cues)[:, None])
        words = read.words + _spread(self.of_row(rows), read.owner)
        count = rows.shape[1]
        mask = torch.cat([read.row_mask, read.owner > -2], 1)
        share = _shares(read.owner, count)
        joins = Hearing(read.joins, rows)
        both = torch.cat([rows, words], 1)
        for layer, hear in zip(self.layers, self.hear, strict=True):
            both = layer(both, mask)
            rows, words = both[:, :count], both[:, count:]
            rows = rows + self.drop(hear(rows, torch.bmm(share, words), joins))
            both = torch.cat([rows, words], 1)
        rows, words = both[:, :count], both[:, count:]
        head = words[:, 0]  # the sign that e5 begins a text with
        seen = torch.cat([rows, torch.bmm(share, words), head[:, None].expand_as(rows)], -1)
        member, start = self.out(seen).masked_fill(~read.row_mask[..., None], GONE).unbind(-1)
        weight = member.detach().softmax(-1)[..., None]
        none = self.none(torch.cat([head, (rows * weight).sum(1)], -1))[:, 0]
        return Said(member, start, none, self.category(head))

    def about(self) -> dict[str, float]:
        """Return its size, to be kept beside its weights."""
        return asdict(self.size)


class Layer(nn.Module):
    """A layer as BERT has them, its parts by shorter names."""

    def __init__(self, size: UpperSize) -> None:
        super().__init__()
        self.heads = size.heads
        dim = size.dim
        self.query, self.key, self.value, self.dense = (nn.Linear(dim, dim) for _ in range(4))
        self.up, self.down = nn.Linear(dim, size.inner), nn.Linear(size.inner, dim)
        self.attended, self.fed = (nn.LayerNorm(dim, eps=1e-12) for _ in range(2))
        self.drop = nn.Dropout(size.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return (batch, length, dim) of the same; `mask` is True where something is."""
        batch, length, dim = x.shape
        query, key, value = (
            part(x).view(batch, length, self.heads, -1).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
        mixed = self.dense(mixed.transpose(1, 2).reshape(batch, length, dim))
        x = self.attended(x + self.drop(mixed))
        fed: Tensor = self.fed(x + self.drop(self.down(F.gelu(self.up(x)))))
        return fed


class _Hear(nn.Module):
    """What a row's token takes from its own words and from joined rows; nothing at first."""

    def __init__(self, size: UpperSize) -> None:
        super().__init__()
        self.tell = nn.Linear(size.dim, size.heard)
        self.hear = nn.Linear(len(JOINS) * size.heard, size.dim)
        self.own = nn.Linear(size.dim, size.dim)
        for one in (self.hear, self.own):
            nn.init.zeros_(one.weight)
            nn.init.zeros_(one.bias)

    def forward(self, rows: Tensor, own: Tensor, joins: Hearing) -> Tensor:
        heard: Tensor = self.own(own) + self.hear(joins.heard(self.tell(rows)))
        return heard


def _spread(rows: Tensor, owner: Tensor) -> Tensor:
    """Return (batch, words, dim): what its row has for each word, nothing for the question's.

    Args:
        rows: (batch, rows, dim).
        owner: (batch, words), as in `Read`.
    """
    index = owner.clamp(min=0)[..., None].expand(-1, -1, rows.shape[-1])
    return rows.gather(1, index) * (owner >= 0)[..., None]


def _shares(owner: Tensor, rows: int) -> Tensor:
    """Return (batch, rows, words): what gives each of so many rows the mean of its words."""
    of = (owner[:, None] == torch.arange(rows)[None, :, None]).float()
    return of / of.sum(-1, keepdim=True).clamp(min=1)


def _head(inputs: int, outputs: int, size: UpperSize) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, size.dim),
        nn.GELU(),
        nn.Dropout(size.dropout),
        nn.Linear(size.dim, outputs),
    )
