"""Free: every item where its `at` says."""

from __future__ import annotations

from evals.boards.layouts.plan import Desk, Plan, around, shifted
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place items around their `at`, in pixels of the part."""
    del links
    return shifted({item.id: around(item.at, desk.measure(item)) for item in part.items})
