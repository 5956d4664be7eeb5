"""docs/models.md says what `kb model serve` says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.testing

from api.cli.main import app
from ingest.models.plan import Wanted, plan

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| (\d+) × (\d+) GB \| (\S+) \| (\d+) \| ([\d.]+) \| (\d+) \|$", PAGE, flags=re.MULTILINE
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[2]}-{row[0]}x{row[1]}")
def test_a_row_of_the_table_is_what_is_planned(row: tuple[str, ...]) -> None:
    gpus, memory, model, parallel, weights, requests = row
    made = plan(Wanted(f"Qwen/{model}", gpus=int(gpus), memory_gb=float(memory)))
    assert str(made.parallel) == parallel
    assert f"{made.weights_gb:.1f}" == weights
    assert str(made.cache_tokens // made.context) == requests


def test_the_table_was_found() -> None:
    assert len(ROWS) > 8


def test_the_printed_command_is_what_is_printed() -> None:
    shown = re.search(r"```console\n\$ kb (model serve .*?)\n(.*?)```", PAGE, flags=re.DOTALL)
    assert shown
    told = typer.testing.CliRunner().invoke(app, shlex.split(shown[1]))
    assert told.stdout == shown[2]
