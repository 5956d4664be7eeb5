"""Counting: what was sent, what went wrong, what was mended. One tally a board and one in all."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping

# Faults of the way to the server: worth another try, and held against the server.
TRANSPORT = {
    "refused": "the server could not be reached",
    "reset": "the connection broke",
    "stalled": "no answer came in time",
    "busy": "the server was busy (429)",
    "server_error": "the server failed (5xx)",
    "not_an_answer": "what came back was no chat completion",
}
# Faults of the request or the key: another try would end the same way.
REFUSALS = {
    "rejected": "the server rejected the request (4xx)",
    "unauthorized": "the server did not accept the key",
    "no_model": "the server lists no model",
}
# Faults of what the model wrote: smaller parts may go better.
ANSWERS = {
    "cut_off": "the answer was longer than allowed",
    "empty_answer": "the model answered nothing",
    "broken_json": "the answer was no JSON",
    "white_space_loop": "the answer ran on with white space",
    "endless_answer": "the answer was endless",
    "duplicate_loop": "the answer said the same over and over",
    "no_scene": "the answer was no scene",
    "unusable_boxes": "most boxes lay off the picture",
    "unusable_ids": "most relations ended on nodes that don't exist",
    "saw_nothing": "the model saw nothing where words or ink are",
}
COSTS = ("requests", "prompt_tokens", "answer_tokens", "model_seconds", "halved", "tiles")
FAULTS = {**TRANSPORT, **REFUSALS, **ANSWERS}


class Tally:
    """Named counts, and sums of seconds and tokens, that several threads add to."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def add(self, name: str, by: float = 1) -> None:
        """Count `name` up."""
        with self._lock:
            self._counts[name] += by

    def merge(self, counts: Mapping[str, float]) -> None:
        """Add all of `counts`."""
        for name, by in counts.items():
            self.add(name, by)

    def as_dict(self) -> dict[str, float]:
        """Return all counts, in the order of their names."""
        with self._lock:
            return {name: round(self._counts[name], 3) for name in sorted(self._counts)}

    def __getitem__(self, name: str) -> float:
        with self._lock:
            return self._counts.get(name, 0.0)


def faults_in_words(counts: Mapping[str, float]) -> Iterator[str]:
    """Give a sentence for each fault that was counted."""
    for name, words in FAULTS.items():
        if counts.get(name):
            yield f"{words} ({counts[name]:g}×)"
