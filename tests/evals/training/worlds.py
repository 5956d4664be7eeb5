"""A small store with lessons about it."""

from __future__ import annotations

from pathlib import Path

from evals.retrieval.files import write
from evals.retrieval.world import ingest_all
from evals.training.questions.written import Lesson, boards, lessons
from kb.base import KnowledgeBase
from tests.stores import open_store

BOARDS = """
=== 2026-01-02 box | Billing
Order -> Invoice -> (Paid)
Invoice -[late]-> Reminder@red
=== 2026-01-03 | Garden
- water the roses - Ruth
- mow the lawn - Ben
=== 2026-01-10 | Garden again
- mow the lawn - Ben
- paint the shed
=== 2026-01-04 | 厨房
- 买盐 王芳
"""
ASKED = """
# what is asked
follows | What comes after the invoice? | 2026-01-02: Paid; Reminder | Invoice
= 发票之后是什么？
owner | Who will mow the lawn? | 2026-01-03: mow ~ 2026-01-10: mow
path | From roses to payment | 2026-01-03: water + 2026-01-02: Paid
none | Who repairs the roof? | 2026-01-03
lookup | Nowhere to be found | 2026-09-09: gone
"""


def written(folder: Path, asked: str = ASKED) -> list[Lesson]:
    """Write the lessons down, and read them."""
    for name, text in (("boards", BOARDS), ("asked", asked)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "home.txt").write_text(text, encoding="utf-8")
    return lessons(folder)


def filled_store(folder: Path) -> KnowledgeBase:
    """Open a store with the boards of `written` in it."""
    base = open_store(folder / "store")
    write(boards(folder), folder / "files")
    ingest_all(base, folder / "files", base.settings.workspace)
    return base
