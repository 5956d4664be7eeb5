"""``python -m evals.links``: names across boards, versions, and the cost of both, as tables."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from itertools import combinations
from pathlib import Path

from evals.links.again import board, seen_again
from evals.links.cost import measure
from evals.links.flows import flows
from kb.base import KnowledgeBase
from kb.catalog import NewBoard, NewSource
from kb.indexing import index_sources
from kb.links import links_of
from kb.links.versions import BoardLook, judge_versions
from kb.scene import ExtractorInfo, Node, Relation, Scene
from kb.settings import load_settings
from kb.text import key_of

GRADES = ((0.0, 0.0), (0.05, 0.1), (0.1, 0.2), (0.2, 0.3))  # misread characters, changed nodes


def main() -> int:
    """Print the tables; return 0."""
    parser = argparse.ArgumentParser(prog="kb eval links", description=__doc__)
    parser.add_argument("--boards", type=int, default=24, help="drawn boards for the versions")
    parser.add_argument("--units", default="1000,10000", help="sizes of store for the cost")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _names(Path(folder) / "names")
        _versions(arguments.boards)
        _cost(Path(folder), [int(size) for size in arguments.units.split(",") if size])
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _names(home: Path) -> None:
    """Write each flow as three boards; count the pairs of steps that are linked, and the others."""
    truth: set[frozenset[str]] = set()
    across: set[frozenset[str]] = set()
    with KnowledgeBase.open(load_settings(home=home)) as base:
        for number, steps in enumerate(flows()):
            boards = [[step[kind] for step in steps if len(step) > kind] for kind in range(3)]
            for kind, texts in enumerate(boards):
                _put(base, f"{number}-{kind}", _flow(texts))
            for step in steps:
                keys = [key_of(name) for name in step]
                across |= {frozenset((keys[1], key)) for key in (keys[0], *keys[2:])}
                truth |= {frozenset(pair) for pair in combinations(keys, 2)}
        links = links_of(base, "w", limit=1000).links
    _say("| names | right | suggested | precision | recall | joined | precision | recall |")
    _say("|---|---|---|---|---|---|---|---|")
    for title, wanted in (("across languages", across), ("within English", truth - across)):
        found, joined = set(), set()
        for link in links:
            pair = frozenset(key_of(name.text) for name in link.names)
            if (len({_chinese(key) for key in pair}) > 1) == (title == "across languages"):
                found.add(pair)
                joined |= {pair} if link.joined else set()
        cells = [
            f"{len(f)} | {_share(f & wanted, f)} | {_share(f & wanted, wanted)}"
            for f in (found, joined)
        ]
        _say(f"| {title} | {len(wanted)} | {' | '.join(cells)} |")
    _say("")


def _versions(count: int) -> None:
    """Judge every two of: drawn boards, and each of them seen again; by words and places alone."""
    scenes = [board(number) for number in range(count)]
    _say("| versions: misread | changed | pairs | found | other pairs | found |")
    _say("|---|---|---|---|---|---|")
    for misread, changed in GRADES:
        again = [
            seen_again(scene, n, misread=misread, changed=changed) for n, scene in enumerate(scenes)
        ]
        said = {
            (i, j)
            for i, one in enumerate(scenes)
            for j, two in enumerate(again)
            if judge_versions(BoardLook(f"a{i}", one, ""), BoardLook(f"b{j}", two, ""), _unseen)
        }
        right = sum(i == j for i, j in said)
        wrong, others = len(said) - right, count * (count - 1)
        _say(f"| {misread:.0%} | {changed:.0%} | {count} | {right} | {others} | {wrong} |")
    _say("")


def _unseen(_one: str, _two: str) -> float:
    return 0.0


def _cost(home: Path, sizes: list[int]) -> None:
    _say("| units in the store | embedding, ms a board | linking, ms a board | ratio |")
    _say("|---|---|---|---|")
    for size in sizes:
        told = measure(home / f"cost{size}", size)
        embedding, linking = 1000 * told["embedding"], 1000 * told["linking"]
        _say(f"| {size} | {embedding:.0f} | {linking:.0f} | {told['ratio']:.2f} |")


def _share(part: set[frozenset[str]], whole: set[frozenset[str]]) -> str:
    return f"{len(part) / len(whole):.2f}" if whole else "–"


def _chinese(key: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in key)


def _flow(texts: list[str]) -> Scene:
    nodes = tuple(
        Node(id=f"n{i}", kind="box", text=text, bbox=(i * 150, 0, i * 150 + 100, 40))
        for i, text in enumerate(texts)
    )
    lines = tuple(
        Relation(id=f"r{i}", source=f"n{i}", target=f"n{i + 1}") for i in range(len(texts) - 1)
    )
    return Scene(
        width=1000, height=100, nodes=nodes, relations=lines, extractor=ExtractorInfo(name="native")
    )  # fmt: skip


def _put(base: KnowledgeBase, name: str, scene: Scene) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    source = base.catalog.register(NewSource("w", f"/{name}", name, digest, 1, 1))
    base.catalog.put_board("w", source.id, NewBoard(1, "", digest, "image/png", scene, None))
    base.catalog.set_state([source.id], "extracted")
    index_sources(base, [source.id])


if __name__ == "__main__":
    sys.exit(main())
