"""What changed between two boards, drawn on the later one's picture.

Green: new. Orange: changed. Blue: moved, with a line from where it stood. Red, dashed: what was
there before, where it would stand now. Lines that came are green, lines that went red and dashed,
lines that changed or were rewired orange. The legend names what occurs, and how often.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from ingest.draw.colours import RGB
from ingest.draw.lines import draw_dashed, draw_head, draw_line, straight_path
from ingest.draw.text import font, length
from kb.compare.shapes import SceneDiff
from kb.scene import Box, Node, Point, Relation, Scene

ADDED: RGB = (20, 140, 60)
REMOVED: RGB = (205, 30, 45)
CHANGED: RGB = (215, 115, 0)
MOVED: RGB = (30, 95, 205)

_SMALLEST, _LARGEST = 1000, 2400  # pixels of the longer side
_LETTERS = 70  # to the longer side
_LONGEST_TEXT = 40  # signs beside a box
_SHADE = 40  # of 255, how much a box is tinted


def draw_changes(picture: Image.Image, after: Scene, diff: SceneDiff) -> Image.Image:
    """Draw `diff` on `picture`, the picture of the later board, whose scene is `after`.

    Returns:
        Mode "RGB", longer side 1000 to 2400 pixels, with a legend below.
    """
    longest = max(picture.size)
    scale = min(max(longest, _SMALLEST), _LARGEST) / longest
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    image = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    faded = Image.blend(image, Image.new("RGB", size, "white"), 0.35)  # marks stand out on it
    return _Drawing(faded, after, diff).drawn()


class _Drawing:
    def __init__(self, image: Image.Image, after: Scene, diff: SceneDiff) -> None:
        self._image = image
        self._diff = diff
        self._scale = (image.width / after.width, image.height / after.height)
        self._pen = ImageDraw.Draw(image, "RGBA")
        self._letters = max(image.size) // _LETTERS
        self._width = max(2, max(image.size) // 450)
        self._now = {node.id: node for node in after.nodes}
        self._lines = {line.id: line for line in after.relations}
        ghosts = zip(diff.nodes.removed, diff.ghosts, strict=True)
        self._ghosts = {node.id: box for node, box in ghosts}

    def drawn(self) -> Image.Image:
        """Draw ghosts first, then lines, then what is on the board now, words with each."""
        nodes, lines = self._diff.nodes, self._diff.relations
        for node, ghost in zip(nodes.removed, self._diff.ghosts, strict=True):
            self._ghost(ghost, node.text, REMOVED)
        for edge in lines.added:
            self._path(self._lines[edge.id], ADDED)
        for turned in (*lines.changed, *lines.rewired):
            self._path(self._lines[turned.after.id], CHANGED)
        for edge in lines.removed:
            self._lost(edge.source, edge.target)
        for move in nodes.moved:
            self._came(move.came, move.after)
        for change in nodes.changed:
            if change.sure:
                self._box(change.after, CHANGED, change.before.text)
        for node in nodes.added:
            self._box(node, ADDED, "")
        return self._with_legend()

    def _at(self, box: Box) -> Box:
        across, down = self._scale
        x0, y0 = box[0] * across, box[1] * down
        x1, y1 = max(box[2] * across, x0 + 1), max(box[3] * down, y0 + 1)
        return (x0, y0, x1, y1)

    def _box(self, node: Node, colour: RGB, was: str) -> None:
        x0, y0, x1, y1 = self._at(node.bbox)
        self._pen.rectangle((x0, y0, x1, y1), (*colour, _SHADE), colour, self._width)
        if was.strip() and was.split() != node.text.split():
            self._say(was, x0, y1 + self._width, colour)

    def _ghost(self, box: Box, text: str, colour: RGB) -> None:
        x0, y0, x1, y1 = self._at(box)
        corners: list[Point] = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
        draw_dashed(self._pen, corners, colour, self._width, self._letters / 2)
        if text.strip():
            self._say(text, x0 + 2 * self._width, y0 + 2 * self._width, colour)

    def _came(self, box: Box, node: Node) -> None:
        self._ghost(box, "", MOVED)
        self._box(node, MOVED, "")
        ends = (self._at(box), "box"), (self._at(node.bbox), "box")
        path = straight_path(*ends)
        draw_line(self._pen, path, MOVED, self._width / 2)
        draw_head(self._pen, path, MOVED, self._width, self._letters)

    def _path(self, line: Relation, colour: RGB) -> None:
        across, down = self._scale
        path = [(x * across, y * down) for x, y in line.path]
        if len(path) < 2:
            source, target = self._now[line.source], self._now[line.target]
            one, two = (self._at(source.bbox), source.kind), (self._at(target.bbox), target.kind)
            path = straight_path(one, two)
        draw_line(self._pen, path, colour, self._width * 1.5)
        if line.kind == "arrow":
            draw_head(self._pen, path, colour, self._width * 1.5, self._letters)

    def _lost(self, source: str, target: str) -> None:
        """Draw a line that went between its ends' places now; ends that went too are ghosts."""
        boxes = [self._place(end) for end in (source, target)]
        if boxes[0] is not None and boxes[1] is not None:
            path = straight_path((self._at(boxes[0]), "box"), (self._at(boxes[1]), "box"))
            draw_dashed(self._pen, path, REMOVED, self._width, self._letters / 2)

    def _place(self, before: str) -> Box | None:
        """Return where a node of the earlier board is, or would be, on the later one."""
        if before in self._diff.pairs:
            return self._now[self._diff.pairs[before]].bbox
        return self._ghosts.get(before)

    def _say(self, text: str, x: float, y: float, colour: RGB) -> None:
        """Write what was there before, struck through."""
        words = " ".join(text.split())
        words = words if len(words) <= _LONGEST_TEXT else f"{words[: _LONGEST_TEXT - 1]}…"
        wide, high = length(words, self._letters), self._letters * 1.3
        x = min(max(x, 0.0), max(0.0, self._image.width - wide))
        y = min(max(y, 0.0), max(0.0, self._image.height - high))
        self._pen.rectangle((x, y, x + wide, y + high), (255, 255, 255, 215))
        self._pen.text((x, y), words, font=font(self._letters), fill=colour)
        middle = y + high / 2
        self._pen.line((x, middle, x + wide, middle), fill=colour, width=self._width // 2 or 1)

    def _with_legend(self) -> Image.Image:
        size = self._letters
        rows = _legend(self._diff)
        high = round(size * 1.6)
        whole = Image.new(
            "RGB", (self._image.width, self._image.height + high * len(rows)), "white"
        )
        whole.paste(self._image, (0, 0))
        pen = ImageDraw.Draw(whole)
        for number, (words, colour) in enumerate(rows):
            y = self._image.height + high * number + size * 0.2
            pen.text((size * 0.5, y), words, font=font(size), fill=colour)
        return whole


def _legend(diff: SceneDiff) -> list[tuple[str, RGB]]:
    nodes, lines = diff.nodes, diff.relations
    changed = sum(change.sure for change in nodes.changed)
    counts = (
        ("added", len(nodes.added), len(lines.added), ADDED),
        ("removed (dashed)", len(nodes.removed), len(lines.removed), REMOVED),
        ("changed", changed, len(lines.changed) + len(lines.rewired), CHANGED),
        ("moved", len(nodes.moved), 0, MOVED),
    )
    rows = [
        (f"{what}: things {things}, lines {joints}", colour)
        for what, things, joints, colour in counts
        if things or joints
    ]
    return rows or [("nothing changed for sure", (40, 40, 40))]
