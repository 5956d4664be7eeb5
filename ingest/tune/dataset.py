"""From boards of known truth to what ms-swift trains on.

A data set is a folder::

    train.jsonl, val.jsonl    a sample a line: messages, images, solution; see `_row`
    pictures/NAME.jpg         as the extractor would send them to the model
    check/boards, check/truth the held-out boards whole, with their scenes: what the gate measures

A sample asks and answers exactly as the extractor does, by the same functions: the same prompt, the
same size of picture, the same text for a scene.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import WrongUse

if TYPE_CHECKING:
    from PIL import Image

    from ingest.extract.vlm.options import VlmOptions
    from kb.conventions import Conventions
    from kb.scene import Scene

TRAIN, VAL = "train.jsonl", "val.jsonl"
CHECK = "check"  # same layout as the sample boards: boards/NAME.jpg, truth/NAME.json


@dataclass(frozen=True)
class Lesson:
    """One board to learn from.

    Attributes:
        name: of the board, as a file can be called; of two with the same the later gets a number.
        source: what it comes from: a file, a writer. All lessons of a source stay together.
        scene: what is on it, in pixels of the picture.
        picture: opens the picture, mode "RGB", upright.
    """

    name: str
    source: str
    scene: Scene
    picture: Callable[[], Image.Image] = field(compare=False)


@dataclass
class Written:
    """What became of the lessons: samples on either side, and why others were left out."""

    train: int = 0
    val: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"train": self.train, "val": self.val, "left_out": dict(self.left_out)}


def write_dataset(
    lessons: Iterable[Lesson], out: Path, options: VlmOptions, *, val_share: float = 0.1
) -> Written:
    """Write `lessons` as a data set into the folder `out`.

    Args:
        lessons: boards with their truth. The same picture is taken once.
        out: made; must not hold a data set yet.
        options: of the extractor, which the samples imitate; hints are never given.
        val_share: share of the sources that are held out; 0 holds out none.

    Raises:
        WrongUse: nothing can be learnt from the lessons, or `out` is taken.
    """
    if (out / TRAIN).exists():
        raise WrongUse(f"{out} holds a data set already", hint="name another folder")
    written = Written()
    samples = list(_samples(lessons, out / "pictures", options, written.left_out))
    if not samples:
        raise WrongUse(
            "there is no board to learn from",
            hint="boards need nodes, and a scene that a person or a board file made",
            code="no_lessons",
        )
    held_out = held_out_sources([lesson.source for lesson, _ in samples], val_share)
    train = [row for lesson, row in samples if lesson.source not in held_out]
    val = [row for lesson, row in samples if lesson.source in held_out]
    write_rows(out / TRAIN, train)
    if val:
        write_rows(out / VAL, val)
    for lesson, _ in samples:
        if lesson.source in held_out:
            _keep_whole(lesson, out / CHECK)
    written.train, written.val = len(train), len(val)
    return written


def _samples(
    lessons: Iterable[Lesson], pictures: Path, options: VlmOptions, left_out: Counter[str]
) -> Iterator[tuple[Lesson, dict[str, Any]]]:
    """Write the picture of each lesson that can be learnt and yield it with its line."""
    pictures.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    for lesson in lessons:
        picture = _shown(lesson, options)
        digest = hashlib.sha256(picture).hexdigest()
        try:
            answer = _answer(as_asked(lesson.scene, options.conventions))
        except ValueError as error:
            left_out[str(error)] += 1
            continue
        if digest in seen:
            left_out["the same picture again"] += 1
            continue
        seen.add(digest)
        name = _unused(lesson.name, pictures)
        file = pictures / f"{name}.jpg"
        file.write_bytes(picture)
        yield replace(lesson, name=name), _row(file.absolute(), answer, options)


def _unused(name: str, pictures: Path) -> str:
    """Return `name`, or a numbered one where a picture is called so already."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(one for one in names if not (pictures / f"{one}.jpg").exists())


def held_out_sources(sources: Sequence[str], share: float) -> set[str]:
    """Choose the sources that are not trained on: by their names' hashes, so always the same ones.

    At least one where `share` is above 0 and there are two, and never all of them.
    """
    every = sorted(set(sources), key=lambda name: hashlib.sha256(name.encode()).digest())
    wanted = max(1, round(share * len(every))) if share > 0 else 0
    return set(every[: min(wanted, len(every) - 1)])


def as_asked(scene: Scene, conventions: Conventions) -> Scene:
    """Return `scene` as the prompt asks for it: the team's marks told, black ink not."""
    from kb.tags import tag_scene

    told = conventions.label_lines(tag_scene(scene, conventions=conventions.rules()))
    nodes = (
        node.model_copy(update={"color": None}) if node.color == "black" else node
        for node in told.nodes
    )
    return told.model_copy(update={"nodes": tuple(nodes)})


def _answer(scene: Scene) -> str:
    """Return the text to be learnt. Raises ValueError where it would not give the scene back."""
    from ingest.extract.vlm.codec import decode, encode

    if not scene.nodes:
        raise ValueError("nothing is on the board")
    text = encode(scene)
    back = decode(text, scene.width, scene.height)
    if len(back.nodes) != len(scene.nodes) or back.repairs:
        raise ValueError("the answer would not say what is on the board")
    return text


def _shown(lesson: Lesson, options: VlmOptions) -> bytes:
    """Return the picture's bytes as the extractor would send them for the whole board."""
    from ingest.extract.vlm.reading import data_url
    from ingest.extract.vlm.sizing import fitted_size, token_side

    picture = lesson.picture()
    side = token_side(options.model)
    size = fitted_size(picture.width, picture.height, options.image_tokens, side)
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    return base64.b64decode(data_url(picture, whole, size).partition(",")[2])


def _row(picture: Path, answer: str, options: VlmOptions) -> dict[str, Any]:
    """Return one line for ms-swift; `solution` is what the rewards of GRPO compare with."""
    from ingest.extract.vlm.prompt import system_text, user_text

    return {
        "messages": [
            {"role": "system", "content": system_text(options.conventions)},
            {"role": "user", "content": f"<image>{user_text()}"},
            {"role": "assistant", "content": answer},
        ],
        "images": [str(picture)],
        "solution": answer,
    }


def _keep_whole(lesson: Lesson, folder: Path) -> None:
    for name in ("boards", "truth"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    file = folder / "boards" / f"{lesson.name}.jpg"
    lesson.picture().save(file, "JPEG", quality=95, subsampling=0)
    truth = folder / "truth" / f"{lesson.name}.json"
    truth.write_text(lesson.scene.model_dump_json(), encoding="utf-8")


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Return the samples of a JSONL file. Raises `WrongUse` where it is none."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")  # a text may hold other line ends
        return [json.loads(line) for line in lines if line]
    except (OSError, ValueError) as error:
        raise WrongUse(f"{file} holds no samples: {error}", code="no_dataset") from error


def write_rows(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write samples, one a line."""
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    file.write_text(text, encoding="utf-8")
