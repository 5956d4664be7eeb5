"""The sample boards that are shipped: papers of one made-up tea company, and questions about them.

``boards/`` holds the files as a user would have them, ``truth/`` the scenes of the rendered ones,
``questions.jsonl`` what people ask. ``python -m evals.samples`` draws the rendered ones anew.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
BOARDS = HERE / "boards"
TRUTH = HERE / "truth"
QUESTIONS = HERE / "questions.jsonl"
