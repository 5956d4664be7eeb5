"""From the stream of a model to the pieces of an answer, citations numbered as they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kb.answer.served.check import Passed, Reason, check, is_lead_in
from kb.answer.served.offer import Offered
from kb.answer.served.sentences import Splitter
from kb.answer.served.thoughts import Thoughts
from kb.apart import named
from kb.evidence import Citation, Evidence, Said

REFUSAL = "NO_ANSWER"
MAX_SENTENCES = 40  # that are shown
MAX_REPEATS = 3  # sentences said before, after which the model is taken to be caught in a loop


class Composer:
    """Takes what the model writes, piece by piece; gives what may be shown of it.

    Attributes:
        text: what was given so far.
        cited: the evidence behind the numbers of the answer, in order.
        refused: the model says that the evidence holds no answer.
        full: nothing more is wanted of the model: it refused, it goes round in circles, or it wrote
            as much as is read (`max_characters`) or shown.
        dropped: sentences that may not be shown, by reason.
        blurted: what was shown first was thought, not said; no more than its end told so.
    """

    def __init__(
        self,
        offered: Sequence[Offered],
        question: str,
        language: str,
        max_characters: int,
        *,
        thinks: bool = False,
    ) -> None:
        self._offered = {piece.n: piece for piece in offered}
        self._question, self._language = question, language
        self._splitter = Splitter()
        self._thoughts = Thoughts(expected=thinks)
        self._numbers: dict[int, int] = {}
        self._said: set[str] = set()
        self._left = max_characters
        self._lead = ""
        self._break = False
        self._shown = self._repeats = 0
        self.text = ""
        self.cited: list[Evidence] = []
        self.refused = False
        self.full = False
        self.dropped: Counter[Reason] = Counter()
        self.blurted = False

    def feed(self, text: str) -> list[Said]:
        """Take a piece of the reply; return what may be shown by now."""
        if self.full:
            return []
        text = text[: self._left]
        self._left -= len(text)
        thought = not self._thoughts.unopened
        text = self._thoughts.feed(text)
        if thought and self._thoughts.unopened:
            self._forget()
        said = self._take(self._splitter.feed(text))
        self.full = self.full or not self._left
        return said

    def finish(self) -> list[Said]:
        """Return what may be shown of the rest. Only where the model came to its end."""
        if self.full:
            return []
        said = self._take(self._splitter.feed(self._thoughts.rest()))
        return said + self._take(self._splitter.flush())

    def citations(self) -> tuple[Citation, ...]:
        """Return what was cited so far, numbered from 1."""
        # Told apart from all that may be cited: what was given away is not named otherwise later.
        offered = (piece.evidence.board for piece in self._offered.values())
        return named([_citation(n, piece) for n, piece in enumerate(self.cited, start=1)], offered)

    def _forget(self) -> None:
        """Forget what was not shown yet of thoughts that nobody could tell from an answer."""
        self._splitter, self._lead, self._break = Splitter(), "", False
        self.blurted = bool(self.text)

    def _take(self, sentences: Iterable[str]) -> list[Said]:
        said = []
        for sentence in sentences:
            if self.full:
                break
            self._break = self._break or "\n" in sentence[: -len(sentence.lstrip()) or None]
            if sentence.strip().strip("*`\"'“”.。 ") == REFUSAL:
                self.refused = self.full = True
                break
            passed = check(sentence, self._question, self._language, self._offered)
            if isinstance(passed, Passed):
                said += self._show(passed)
            elif passed == "uncited" and (lead := is_lead_in(sentence, self._question)):
                self._lead = lead
            else:
                self.dropped[passed] += 1
        return said

    def _show(self, passed: Passed) -> list[Said]:
        if passed.key in self._said:
            self._repeats += 1
            self.full = self._repeats >= MAX_REPEATS
            return []
        self._said.add(passed.key)
        known = len(self.cited)
        words = "".join(
            "".join(f"[{self._number(n)}]" for n in part.marks) or part.text
            for part in passed.parts
        ).strip()
        lead, self._lead = self._lead, ""
        text = self._between() + (f"{lead}\n" if lead else "") + ("- " if passed.bullet else "")
        text += words
        self.text += text
        self._shown += 1
        self.full = self._shown >= MAX_SENTENCES
        return [Said(text=text, citations=self.citations()[known:])]

    def _between(self) -> str:
        """Return what stands between the last piece and the next."""
        line, self._break = self._break, False
        if not self.text:
            return ""
        return "\n" if line else "" if self._language == "zh" else " "

    def _number(self, n: int) -> int:
        if n not in self._numbers:
            self.cited.append(self._offered[n].evidence)
            self._numbers[n] = len(self.cited)
        return self._numbers[n]


def _citation(n: int, piece: Evidence) -> Citation:
    return Citation(n=n, board=piece.board, nodes=piece.nodes, region=piece.region, text=piece.text)
