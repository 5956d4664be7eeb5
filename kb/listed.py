"""Lists in the words of a node, by hand or in Markdown: "## Goals", "- one", "- [x] two".

The marks that open a line are taken away where words are shown. A checkbox tells a state: ☐ or ☑.
"""

from __future__ import annotations

import re

from kb.reading import label_of, one_line

# Readers of handwriting make a dot of a bullet. "+ cheap" is a reason for a thing, not an item.
_OPENING = re.compile(
    r"\s*(?P<mark>(?:#{1,6}|[-*•·.])\s+(?=\S)|[•·.](?=[\u3400-\u9fff]))?"
    r"(?:(?P<box>\[\s?[xX✓✔]?\](?!\()|[☐☑□✓✔✅])\s*)?(?P<words>.*)",
    re.DOTALL,
)
_EMPTY = re.compile(r"\[\s?\]|[☐□]")
_BETWEEN = " · "


def unmarked(text: str) -> str:
    """Return `text` without the marks that open its lines; checkboxes are ☐ and ☑."""
    return "\n".join(_parted(line)[1] for line in text.splitlines())


def items_of(text: str) -> list[str]:
    """Return the headings and items of a list, each on one line; what has no marks is one item."""
    items: list[str] = []
    headed = False
    for line in text.splitlines():
        opening, words = _parted(line)
        if opening or headed or not items:
            items.append(words)
        else:
            items[-1] += f"\n{words}"  # an item's second line
        headed = opening.startswith("#")
    return [item for item in map(one_line, items) if item]


def on_one_line(text: str) -> str:
    """Return `text` without marks on one line; a dot stands between the items of a list."""
    return _BETWEEN.join(items_of(text))


def name_of(text: str) -> str:
    """Return the name of a node as `label_of` does, without any mark."""
    first, _, _ = text.strip().partition("\n")
    return label_of(unmarked(first if first.startswith("#") else text))


def box_of(item: str) -> tuple[str, str]:
    """Return the checkbox or tick that `item` begins with, "" for none, and the words after it."""
    found = _OPENING.fullmatch(item)
    return (found["box"], found["words"]) if found and found["box"] else ("", item)


def _parted(line: str) -> tuple[str, str]:
    """Return the marks that open `line`, and the line with no more of them than a checkbox."""
    (mark, box, words), *_ = _OPENING.findall(line)  # each may be missing
    if not box:
        return mark, words
    if box not in "✓✔✅":  # a tick is kept as it was drawn
        box = "☐" if _EMPTY.fullmatch(box) else "☑"
    return mark + box, f"{box} {words}".strip()
