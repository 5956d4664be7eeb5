"""How full a model server is kept: both sides ask the same, and nothing is cached."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.performance import model
from evals.performance.model import measure_model
from ingest.extract.vlm.options import VlmOptions
from tests.ingest.extract.vlm import oracle
from tests.ingest.extract.vlm.scenes import answer, box
from tests.modelserver import Reply, model_server


def test_both_sides_send_the_same_and_no_picture_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "WINDOWS", (1, 3))
    oracle.board().save(tmp_path / "a.png")
    text = answer([box("box", "A", [100, 100, 300, 200])])
    with model_server(lambda *_: Reply(text, wait_s=0.02)) as server:
        rows = list(measure_model(VlmOptions(server.url), [tmp_path / "a.png"], 4))
        sent = [body["messages"][1]["content"][0]["image_url"]["url"] for body in server.bodies]
        others = [
            {**body, "messages": [body["messages"][0], body["messages"][1]["content"][1]]}
            for body in server.bodies
        ]
        assert server.most_at_once == 3
    assert len(set(sent)) == len(sent) == (1 + 4 * 4) + (3 + 4 * 6)
    assert all(other == others[0] for other in others)
    assert rows[0].ok
    assert [row.promise for row in rows] == ["", "≥ 0.9"]
    assert all(row.ratio > 0 for row in rows)
