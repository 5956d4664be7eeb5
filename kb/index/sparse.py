"""Texts to sparse vectors: one dimension a term, weighted so that the sum is BM25.

A passage carries BM25's term-frequency part (Robertson & Zaragoza 2009, k1 = 1.2, b = 0.75), a
question carries ones, and Qdrant multiplies in the IDF of the collection. Term numbers are 32-bit
hashes, so no vocabulary has to be kept or agreed on.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from kb.index.points import Sparse
from kb.stopwords import QUESTION_WORDS
from kb.text import content_terms, terms_of

K1 = 1.2
B = 0.75
USUAL_LENGTH = 24  # terms; most units are one node with its context
AROUND = 0.3  # of a mention in a unit's own words
MAX_TERMS = 4_096  # of one passage


def sparse_passage(text: str, around: str = "") -> Sparse:
    """Return the vector of what is to be found; empty where it has no terms.

    Args:
        text: its own words.
        around: words of its surroundings, which count AROUND each (BM25F: Robertson, Zaragoza and
            Taylor 2004), so that a node is found before its neighbours that name it.
    """
    counts: dict[str, float] = {}
    for term in terms_of(text)[:MAX_TERMS]:
        counts[term] = counts.get(term, 0.0) + 1.0
    for term in terms_of(around)[:MAX_TERMS]:
        counts[term] = counts.get(term, 0.0) + AROUND
    norm = K1 * (1 - B + B * sum(counts.values()) / USUAL_LENGTH)
    return _vector({term: n * (K1 + 1) / (n + norm) for term, n in counts.items()})


def sparse_query(text: str) -> Sparse:
    """Return the vector of a question: its content terms, once each.

    Empty, and so without a vote, if there are none: a match on "what is the" would only disturb
    the search by meaning. Words that are stop words but ask nothing ("the who") count if there is
    nothing else.
    """
    terms = content_terms(text)
    if not terms:
        terms = terms_of(text)
        if any(word in QUESTION_WORDS for word in terms):
            terms = []
    return _vector(dict.fromkeys(terms[:MAX_TERMS], 1.0))


@lru_cache(maxsize=20_000)
def numbers_of(text: str) -> frozenset[int]:
    """Return the numbers of the terms of a name: of a title, of a path."""
    return frozenset(map(number_of, terms_of(text)))


def _vector(weights: dict[str, float]) -> Sparse:
    by_number: dict[int, float] = {}
    for term, weight in weights.items():
        number = number_of(term)
        by_number[number] = by_number.get(number, 0.0) + weight
    indices = sorted(by_number)
    return Sparse(indices, [round(by_number[i], 5) for i in indices])


@lru_cache(maxsize=100_000)
def number_of(term: str) -> int:
    """Return the number of a term."""
    digest = hashlib.blake2b(term.encode(errors="replace"), digest_size=4).digest()
    return int.from_bytes(digest, "little")
