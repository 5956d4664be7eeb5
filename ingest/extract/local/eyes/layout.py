"""What each channel of the net's maps says; training writes them, the extractor reads them.

The net looks at two channels, ink and colour, and answers with maps at a quarter of their size.
"""

from __future__ import annotations

from kb.scene import NodeKind

KINDS: tuple[NodeKind, ...] = (
    "box", "ellipse", "diamond", "cylinder", "document", "sticky", "icon", "text",
    "container", "table",
)  # fmt: skip
FRAMES = frozenset({"container", "table"})  # they hold other nodes: boxes in maps of their own

STRIDE = 4  # pixels of the picture per cell of a map
MULTIPLE = 32  # both sides of the picture are multiples of this
LONGEST = 1024  # pixels of the longer side, as trained; elongated pictures are looked at longer

KIND = slice(0, len(KINDS))  # logit: the centre of a node of that kind
BOX = slice(10, 14)  # log of the way to the left, top, right and bottom side, in `UNIT` cells
FRAME_BOX = slice(14, 18)  # the same for the kinds in `FRAMES`
HEAD, TAIL = 18, 19  # logit: a line ends here with, or without, an arrow head
LINE = 20  # logit: a line that joins nodes runs here
WAY = slice(21, 23)  # unit vector along the line, towards its head
TO_HEAD = slice(23, 25)  # from here to where the line's head is, in `REACH` cells
TO_TAIL = slice(25, 27)
DASHED = 27  # logit, on lines
CHANNELS = 28

UNIT = 8.0
REACH = 16.0
