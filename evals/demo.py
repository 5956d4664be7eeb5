"""The demonstration behind `make demo`: reads the sample boards, asks three questions.

Everything goes through the `kb` command, as a user would type it. With ``--svg FILE`` the questions
and answers are drawn as a terminal picture (the one in the README).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from api.cli.main import run

SAMPLES = Path(__file__).parent / "samples"
_WIDTH = 100

NEXT = """\
Next:
  export KB_HOME={home}
  kb ask "what follows Take payment?"       kb search 风险
  kb boards list                            kb boards export BOARD --format mermaid
  kb ask "退款风险有哪些？" --show answer/     (the places it cites, marked on the pictures)
  kb ingest YOUR_FOLDER                     kb serve     (HTTP API on http://127.0.0.1:8040)
(`kb` is {kb}; `make help` tells the rest)"""


def main() -> int:
    """Run the demonstration; return 0 when every step did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--svg", type=Path, help="also draw questions and answers as an SVG")
    arguments = parser.parse_args()
    with _sources_in_view():
        codes = [_step(["ingest", "boards"])]
        told = []
        for question in demo_questions():
            _print_command(["ask", question])
            code, output = _captured(["ask", question])
            sys.stdout.write(f"{output}\n")
            codes.append(code)
            told.append((question, output))
    kb = Path(sys.executable).parent / "kb"
    home = Path(os.environ.get("KB_HOME", "")).absolute()
    sys.stdout.write(f"{NEXT.format(home=home, kb=kb)}\n")
    if arguments.svg is not None:
        draw(told, arguments.svg)
    return max(codes)


def demo_questions() -> list[str]:
    """Return the questions of the demonstration: Chinese, across boards, one without an answer."""
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines if line]
    return [item["question"] for item in asked if item.get("demo")]


@contextlib.contextmanager
def _sources_in_view() -> Iterator[None]:
    """Work in the samples' folder, so that commands read as a user would type them."""
    home = Path(os.environ.get("KB_HOME", ".demo/store")).absolute()
    os.environ["KB_HOME"] = str(home)
    with contextlib.chdir(SAMPLES):
        yield


def _step(command: list[str]) -> int:
    _print_command(command)
    return run(command)


def _captured(command: list[str]) -> tuple[int, str]:
    buffer = io.StringIO()
    with contextlib.redirect_stdout(buffer):
        code = run(command)
    return code, buffer.getvalue()


def _print_command(command: list[str]) -> None:
    sys.stdout.write(f"\n$ kb {shlex.join(command)}\n")
    sys.stdout.flush()


def draw(told: list[tuple[str, str]], path: Path) -> None:
    """Draw commands and what they printed as a terminal picture."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=_WIDTH, file=io.StringIO())
    for question, output in told:
        console.print(Text.assemble(("$ ", "green"), (f"kb ask {shlex.quote(question)}", "bold")))
        console.print(Text(output))
    svg = console.export_svg(title="kb")
    # The picture asks no other host for a font: the viewer's own monospace does.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    path.write_text(svg.replace("Fira Code, monospace", "monospace"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
