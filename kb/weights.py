"""What each sign that a unit fits a question is worth, in cosine to the question's vector.

Fitted on the dev half of the questions about boards, coordinate by coordinate as
`python -m evals.retrieval.fit` does, and rounded. By hand: `taken` (on XQuAD .5 to .9 differ
little), `latest`, `plain` and `stray`, of which the dev half says next to nothing, `folder` and
`differs`, of which it says the same from .2 to .5.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """The weights of search.

    Attributes:
        taken: share of a language's mean vector that is taken from questions and units.
        words: the unit holds all of the question's words; in a long text up to three times that.
        names: the title of its board, or the path of its file, does.
        foreign: it is in another language than the question, whose words it can't hold.
        across: it is, and holds all of the question's words as a dictionary translates them.
        board: its board as a whole fits as well as can be (cosine 1, and all words).
        whole: it is the board as a whole: below 0, since pieces say more.
        tag: it carries a tag that the question asks for.
        colour: it has the colour that the question names.
        kind: it is of the kind that the question names.
        span: its board was drawn when the question says.
        latest: its board is the newest, or oldest, of what was found, and the question wants that.
        walk: the best match leads to it at once.
        plain: what a step of a walk keeps where the question wants no direction.
        stray: what it keeps where the question wants another one.
        folder: its board lies in the folder that the question names.
        differs: no other version of its board says it, and the question asks what changed.
    """

    taken: float = 0.7
    words: float = 0.2
    names: float = 0.3
    foreign: float = 0.03
    across: float = 0.15
    board: float = 1.0
    whole: float = -0.5
    tag: float = 0.15
    colour: float = 0.3
    kind: float = 0.06
    span: float = 0.12
    latest: float = 0.1
    walk: float = 0.2
    plain: float = 0.2
    stray: float = 0.1
    folder: float = 0.3
    differs: float = 0.3


WEIGHTS = Weights()
