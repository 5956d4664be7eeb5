"""What joins boards: names that mean one thing, and boards that are one board at two times."""

from __future__ import annotations

from kb.links.deciding import decide_link, decide_version, names_of_link
from kb.links.history import versions_of
from kb.links.listing import link_between, links_of
from kb.links.suggest import link_all, link_boards, suggest, unlink_all

__all__ = [
    "decide_link",
    "decide_version",
    "link_all",
    "link_between",
    "link_boards",
    "links_of",
    "names_of_link",
    "suggest",
    "unlink_all",
    "versions_of",
]
