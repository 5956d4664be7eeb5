"""Runs one ingest or one removal in a process of its own, to be killed at a chosen stage.

``python -m tests.chaos.runner HOME FOLDER [STAGE NTH]`` kills itself when STAGE is reached for the
NTH time; ``python -m tests.chaos.runner HOME --remove STAGE NTH`` removes every board.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ingest.pipeline import ingest
from ingest.report import Watcher
from kb.removal import remove_source
from tests.stores import open_store


def killer(stage: str, nth: int) -> Callable[[str], None]:
    """Return a watcher that kills this process when `stage` is reached for the nth time."""
    seen = 0

    def reached(name: str) -> None:
        nonlocal seen
        seen += name == stage
        if name == stage and seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def main(home: str, what: str, stage: str = "", nth: str = "1") -> None:
    """Run, and report the stages on stdout."""
    stages: list[str] = []
    kill = killer(stage, int(nth))

    def reached(name: str) -> None:
        stages.append(name)
        kill(name)

    with open_store(Path(home)) as base:
        if what == "--remove":
            with base.writing("removal"):
                for source in base.catalog.sources():
                    remove_source(base, source, reached=reached)
        else:
            ingest(
                base, [Path(what)], workspace="default", jobs=2, watcher=Watcher(reached=reached)
            )
    sys.stdout.write("\n".join(stages))


if __name__ == "__main__":
    main(*sys.argv[1:])
