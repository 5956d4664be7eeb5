"""The sentences of a timeline, in English and Chinese; words of boards stand in quotation marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.compare.shapes import Move, NodeChange
from kb.quoting import quoted
from kb.reading import label_of

_EN = {
    "appeared": "{it} is on the board",
    "again": "{it} is on this board too",
    "back": "{it} is on the board again",
    "text": "{before} is now {after}",
    "color": "{it}: colour {before} → {after}",
    "fill": "{it}: fill {before} → {after}",
    "kind": "{it}: {before} → {after}",
    "tags": "{it}: marked {before} → {after}",
    "moved": "{it} went from {before} to {after}",
    "to": "{it} leads to {other}{label}",
    "from": "{other} leads to {it}{label}",
    "with": "{it} is joined to {other}{label}",
    "-to": "{it} no longer leads to {other}{label}",
    "-from": "{other} no longer leads to {it}{label}",
    "-with": "{it} is no longer joined to {other}{label}",
    "decided": "decided: {it}",
    "finished": "finished: {it}",
    "gone": "{it} is no longer on the board",
    "nothing": "none",
    "open": "the open board",
}
_ZH = {
    "appeared": "白板上有{it}",
    "again": "这块白板上也有{it}",
    "back": "白板上又有{it}",
    "text": "{before}改为{after}",
    "color": "{it}：颜色 {before} → {after}",
    "fill": "{it}：底色 {before} → {after}",
    "kind": "{it}：{before} → {after}",
    "tags": "{it}：标记 {before} → {after}",
    "moved": "{it}从{before}移到{after}",
    "to": "{it}指向{other}{label}",
    "from": "{other}指向{it}{label}",
    "with": "{it}与{other}相连{label}",
    "-to": "{it}不再指向{other}{label}",
    "-from": "{other}不再指向{it}{label}",
    "-with": "{it}不再与{other}相连{label}",
    "decided": "已决定：{it}",
    "finished": "已完成：{it}",
    "gone": "{it}已不在白板上",
    "nothing": "无",
    "open": "白板空处",
}


class Words:
    """Sentences in one language."""

    def __init__(self, *, zh: bool) -> None:
        self._words = _ZH if zh else _EN

    def name(self, text: str) -> str:
        """Return what a board says, in quotation marks."""
        return f"“{quoted(label_of(text, 160))}”"

    def say(self, what: str, **parts: str) -> str:
        """Return a sentence; parts are quoted already."""
        return self._words[what].format(**parts)

    def changed(self, change: NodeChange) -> Iterator[str]:
        """Give a sentence for each property of a node that changed for sure."""
        for one in change.fields:
            if one.sure:
                yield self.say(
                    one.name,
                    it=self.name(change.after.text),
                    before=self.value(one.name, one.before),
                    after=self.value(one.name, one.after),
                )

    def moved(self, move: Move) -> str:
        """Return a sentence for a node that went from one container to another."""
        ends = {"before": self.holder(move.out_of), "after": self.holder(move.into)}
        return self.say("moved", it=self.name(move.after.text), **ends)

    def value(self, field: str, value: str | None) -> str:
        """Return a property of a node for a sentence."""
        if not value:
            return self._words["nothing"]
        return self.name(value) if field == "text" else quoted(value)

    def holder(self, name: str | None) -> str:
        """Return the name of a container, or of the open board."""
        return self.name(name) if name else self._words["open"]

    def label(self, label: str) -> str:
        """Return what is written on a line, in brackets."""
        return f" ({quoted(label)})" if label else ""

    def names(self, texts: Iterable[str]) -> str:
        """Return names side by side."""
        return ", ".join(dict.fromkeys(map(self.name, texts)))
