"""The environment that ms-swift lives in, and how its programs are run."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import KBError, WrongUse

if TYPE_CHECKING:
    from kb.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_RUNNERS = Path(__file__).resolve().parent / "runners"
_TOLD = "kb-result: "  # a runner's last word, among all that ms-swift prints
_TAIL = 15  # lines of a failed run that are shown


class TuningFailed(KBError):
    """A program of the tuning environment ended with an error."""

    code = "tuning_failed"


def tune_python(settings: Settings) -> Path:
    """Return the Python that has ms-swift. Raises `WrongUse` where there is none."""
    named = settings.tune_python
    python = Path(named).expanduser() if named else ROOT / ".venv-tune" / "bin" / "python"
    if not python.is_file():
        raise WrongUse(
            f"ms-swift's environment is not there: {python}",
            hint="`make swift` builds one for a CPU; KB_TUNE_PYTHON names its Python",
            code="no_tune_environment",
        )
    return python.absolute()  # not resolved: a link into the environment is the environment


def tune_environment(**more: str) -> dict[str, str]:
    """Return the variables for a program of the tuning environment.

    Nothing is fetched: models and data are folders of this machine.
    """
    offline = dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"), "1")
    # The shim lets a PyTorch for CPUs do; from the root plugins import the codec.
    path = os.pathsep.join([str(ROOT / "ingest" / "models" / "shim"), str(ROOT)])
    return {
        **os.environ,
        **offline,
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "TORCHDYNAMO_DISABLE": "1",  # it would want a C++ compiler
        **more,
    }


def runner(name: str) -> str:
    """Return the path of a program in `runners`."""
    return str(_RUNNERS / f"{name}.py")


def ask(python: Path, name: str, arguments: Sequence[str], **more: str) -> Any:
    """Run the runner `name` and return what it tells, a value of JSON.

    Raises:
        TuningFailed: it ended with an error; the last lines that it wrote are in the message.
    """
    done = subprocess.run(  # noqa: S603 - the settings name the program
        [str(python), runner(name), *arguments],
        env=tune_environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    lines = done.stdout.splitlines()
    told = [line.removeprefix(_TOLD) for line in lines if line.startswith(_TOLD)]
    if done.returncode or not told:
        raise failed(name, done.returncode, lines)
    return json.loads(told[-1])


def failed(what: str, code: int, lines: Sequence[str], *, hint: str = "") -> TuningFailed:
    """Return the error for a program that ended with `code` after writing `lines`."""
    tail = "\n".join(lines[-_TAIL:])
    return TuningFailed(f"{what} ended with code {code}:\n{tail}", hint=hint)
