"""How the commands that teach from lessons run one of their steps."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from kb.errors import KBError

Step = Callable[[argparse.Namespace], None]
Missing = Callable[[argparse.Namespace], str]


def carried_out(options: argparse.Namespace, missing: Missing, steps: Mapping[str, Step]) -> int:
    """Run `options.step`; return 2, and say why, where something is missing or goes wrong.

    `missing` returns what the step needs and is not there, "" where all is.
    """
    try:
        if said := missing(options):
            sys.stderr.write(f"{said}\n")
            return 2
        steps[options.step](options)
    except (LookupError, RuntimeError, KBError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
