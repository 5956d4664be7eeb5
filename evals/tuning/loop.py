"""``python -m evals.tuning.loop``: the whole circle on a CPU, behind `make loop`.

Eight small boards are drawn, half of them Chinese. A tiny Qwen3-VL with random weights learns them
by heart from ms-swift, is merged and served by SGLang, and reads the pictures into a knowledge base
that then answers questions about them. So does the untrained model, for comparison. Everything goes
through the product's own commands; nothing is claimed about boards that were not learnt.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.extraction.compare import Reading, compare
from evals.extraction.figures import value
from evals.extraction.scenes import true_board
from evals.models.server import SglangServer
from evals.tuning.gate import own
from evals.tuning.sources import plain_lessons
from ingest.tune.dataset import Lesson
from kb.scene import Scene

ROOT = Path(__file__).resolve().parents[2]
RECIPE = Path(__file__).with_name("loop.yaml")
TINY = ("--hidden", "128", "--layers", "3", "--ranks", "8000", "--spread", "0.05", "--untied")
BOARDS, NODES = 8, 10
NODE_F1, EDGE_F1 = 0.90, 0.85
_QUESTION = {"en": "What comes after {}?", "zh": "{}之后是什么？"}
# What the extractor and the data set must agree on.
_READING = {
    "KB_VLM_HINTS": "false",
    "KB_VLM_IMAGE_TOKENS": "160",
    "KB_VLM_ANSWER_TOKENS": "1200",  # half as many again as the longest answer has
}
_PATIENCE = {"KB_VLM_TIMEOUT_S": "600", "KB_SOURCE_TIMEOUT_S": "900"}  # a busy CPU is slow


@dataclass
class Told:
    """All that is measured. `seconds` by step, `before` and `after` the training by figure."""

    seconds: dict[str, float] = field(default_factory=dict)
    before: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Tell whether the circle closes: the trained model reads, the untrained one does not."""
        learnt = self.after["node_f1"] >= NODE_F1 and self.after["edge_f1"] >= EDGE_F1
        answered = 2 * self.answers["right"] >= self.answers["asked"]
        return learnt and answered and self.before["node_f1"] == 0


class Loop:
    """The steps, each of which leaves its results in a folder of its own below `home`."""

    def __init__(self, home: Path, swift: Path, sglang: Path) -> None:
        self.home, self.swift, self.sglang = home, swift, sglang
        self.told = Told()
        self.lessons: list[Lesson] = []
        self._env = {
            **os.environ,
            **_READING,
            **_PATIENCE,
            "KB_TUNE_PYTHON": str(swift),
            "KB_CONFIG": str(home / "none.toml"),
            "KB_HOME": str(home / "store"),
            "KB_CACHE_DIR": str(home / "cache"),
            "PYTHONPATH": str(ROOT),
        }

    def run(self) -> Told:
        """Do all of it."""
        with self._timed("draw"):
            self.draw()
        with self._timed("build"):
            self.build()
        with self._timed("dataset"):
            self.kb(
                "tune", "dataset", "data", "--boards", "boards", "--val", "0", "--check", "tiny"
            )
        with self._timed("train"):
            self.told.training = self.kb(
                "tune", "run", str(RECIPE), "--model", "tiny", "--data", "data", "--out", "run"
            )
        with self._timed("merge"):
            self.kb("tune", "merge", "run", "taught")
        self.told.after = self.read("taught")
        with self._timed("ask"):
            self.told.answers = self.ask("taught")
        self.told.before = self.read("tiny")
        return self.told

    def draw(self) -> None:
        """Draw the boards into ``boards/boards``, their truth into ``boards/truth``."""
        self.lessons = list(plain_lessons(BOARDS, NODES))
        for name in ("boards", "truth"):
            (self.home / "boards" / name).mkdir(parents=True)
        for lesson in self.lessons:
            lesson.picture().save(self.home / "boards" / "boards" / f"{lesson.name}.png")
            truth = self.home / "boards" / "truth" / f"{lesson.name}.json"
            truth.write_text(lesson.scene.model_dump_json(), encoding="utf-8")

    def build(self) -> None:
        """Build the untrained model, with the libraries of the tuning environment."""
        shim = ROOT / "ingest" / "models" / "shim"
        env = {**self._env, "PYTHONPATH": f"{shim}{os.pathsep}{ROOT}", "HF_HUB_OFFLINE": "1"}
        self._run([str(self.swift), "-m", "evals.models.tiny", "tiny", *TINY], env)

    def read(self, model: str) -> dict[str, float]:
        """Serve a model, ingest the boards with it into a workspace of its own, and compare."""
        log = self.home / f"serve-{model}.log"
        with self._timed(f"serve {model}"):
            # The name tells the readings of two models apart in the cache.
            options = ("--context", "8192", "--name", model)
            server = SglangServer(self.home / model, self.sglang, log, options=options)
            server.start()
        try:
            with self._timed(f"ingest by {model}"):
                self.kb(
                    "ingest", "boards/boards", "--extractor", "vlm", "--workspace", model,
                    "--jobs", "1", KB_VLM_URL=server.url,
                )  # fmt: skip
        finally:
            server.stop()
        return self.figures(model)

    def figures(self, workspace: str) -> dict[str, float]:
        """Hold the scenes of a workspace against the truth.

        What the local extractor read where the model gave nothing counts as nothing.
        """
        listed = self.kb("boards", "list", "--workspace", workspace)["boards"]
        ids = {Path(board["source"]).stem: board["id"] for board in listed}
        readings: list[Reading] = []
        by_model = 0
        for lesson in self.lessons:
            scene = self.scene(ids[lesson.name], workspace)
            by_model += scene.extractor.name == "vlm"
            scene = own(scene, "vlm")
            board = true_board(lesson.name, lesson.picture, lesson.scene)
            readings.append(compare(scene, board))
        names = ("node_f1", "kind_f1", "edge_f1", "cer")
        rates = {name: round(value(name, readings) or 0.0, 3) for name in names}
        return {**rates, "read_by_model": by_model}

    def scene(self, board: str, workspace: str) -> Scene:
        """Return the scene that the store holds of a board."""
        text = self._kb("boards", "export", board, "--format", "json", "--workspace", workspace)
        return Scene.model_validate_json(text)

    def ask(self, workspace: str) -> dict[str, int]:
        """Ask what follows the first node of each board; right is an answer that names it all."""
        right = 0
        for lesson in self.lessons:
            names = {node.id: node.text for node in lesson.scene.nodes}
            first = lesson.scene.relations[0].source
            wanted = [names[r.target] for r in lesson.scene.relations if r.source == first]
            question = _QUESTION[lesson.scene.language].format(names[first].replace("\n", " "))
            told = self.kb("ask", question, "--workspace", workspace)
            said = _plain(told["answer"])
            right += told["answered"] and all(_plain(name) in said for name in wanted)
        return {"asked": len(self.lessons), "right": right}

    # running

    def kb(self, *words: str, **more: str) -> dict[str, Any]:
        """Run a command of the product and return what it tells as JSON."""
        told: dict[str, Any] = json.loads(self._kb(*words, "--json", **more))
        return told

    def _kb(self, *words: str, **more: str) -> str:
        return self._run([sys.executable, "-m", "api.cli.main", *words], {**self._env, **more})

    def _run(self, words: Sequence[str], env: dict[str, str]) -> str:
        sys.stderr.write(f"$ {' '.join(_short(word) for word in words)}\n")
        done = subprocess.run(  # noqa: S603 - our own commands
            words, env=env, cwd=self.home, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.told.seconds[step] = round(time.monotonic() - started, 1)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _short(word: str) -> str:
    return Path(word).name if word.startswith(os.sep) else word


def table(told: Told) -> str:
    """Return what was measured as Markdown."""
    rows = [
        ("node F1 at IoU ≥ .5", "node_f1"),
        ("node F1 with kind right", "kind_f1"),
        ("directed relation F1", "edge_f1"),
        ("character error", "cer"),
        ("boards that the model read", "read_by_model"),
    ]
    lines = ["| figure | untrained | taught |", "|---|---|---|"]
    lines += [f"| {label} | {told.before[name]:g} | {told.after[name]:g} |" for label, name in rows]
    lines += ["", f"Questions right: {told.answers['right']} of {told.answers['asked']}."]
    lines += ["", "| step | seconds |", "|---|---|"]
    lines += [f"| {step} | {seconds:.0f} |" for step, seconds in told.seconds.items()]
    lines += [f"| all | {sum(told.seconds.values()):.0f} |"]
    return "\n".join(lines)


def main() -> int:
    """Run the loop; print the table; return 0 where the circle closes, else 1."""
    parser = argparse.ArgumentParser(prog="python -m evals.tuning.loop", description=main.__doc__)
    parser.add_argument("--swift", type=Path, required=True, help="Python that has ms-swift")
    parser.add_argument("--sglang", type=Path, required=True, help="Python that has SGLang")
    parser.add_argument("--home", type=Path, default=Path(".loop"), help="folder for all of it")
    given = parser.parse_args()
    home = given.home.absolute()
    home.mkdir(parents=True)  # nothing of an earlier loop may help this one
    told = Loop(home, given.swift.absolute(), given.sglang.absolute()).run()
    (home / "told.json").write_text(json.dumps(vars(told), indent=1) + "\n", encoding="utf-8")
    print(table(told))
    return 0 if told.met else 1


if __name__ == "__main__":
    sys.exit(main())
