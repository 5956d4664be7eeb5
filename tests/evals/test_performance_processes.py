"""What processes need, as the measurements of performance count it."""

from __future__ import annotations

import pytest

from evals.performance import processes
from evals.performance.processes import Peaks


def test_each_living_process_counts_by_the_most_it_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([{1: 10, 2: 5}, {1: 5, 2: 9}, {1: 5, 3: 2}, {1: 11, 3: 2}])
    monkeypatch.setattr(processes, "tree_memories", lambda _: next(looks))
    peaks = Peaks()
    most = []
    for _ in range(4):
        peaks.look(1)
        most.append(peaks.most)
    assert most == [15, 19, 19, 19]
