"""Puts a chosen plan into words: verbatim names in quotation marks, each with its citation."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answer.notebook import MAX_QUOTE, Notebook
from kb.answer.plans import Plan
from kb.answer.views import Hop, View
from kb.evidence import Evidence
from kb.quoting import quoted
from kb.reading import label_of
from kb.scene import union_box

_LEADS = {
    "after": ("After {}: {}", "{}之后是{}"),
    "before": ("Before {}: {}", "{}之前是{}"),
    "beside": ("With {}: {}", "与{}相连的有{}"),
    "inside": ("{}: {}", "{}：{}"),
    "added": ("New on {}: {}", "{}上新增：{}"),
    "gone": ("Only on {}: {}", "只在{}上：{}"),
}


def told(plan: Plan, notes: Notebook, *, zh: bool) -> str:
    """Return one sentence without its full stop; what it says is cited in `notes`."""
    view = plan.view
    # A heading is said beside what stands under it; the other leads are in what is cited.
    heading = f" {notes.cite(_alone(view, plan.anchor))}" if plan.way == "inside" else ""
    members = ("、" if zh else ", ").join(_member(plan, hop, notes) for hop in plan.hops)
    if plan.way in ("added", "gone"):
        return _LEADS[plan.way][zh].format(f"“{quoted(_named(view))}”", members)
    if plan.way not in _LEADS:
        return members
    return _LEADS[plan.way][zh].format(f"“{quoted(view.name(plan.anchor))}”{heading}", members)


def _member(plan: Plan, hop: Hop, notes: Notebook) -> str:
    view = plan.view
    label = f" ({quoted(hop.label)})" if hop.label else ""
    evidence = _joined(plan, hop) if plan.way in ("after", "before", "beside") else None
    mark = notes.cite(evidence or _alone(view, hop.end))
    return f"“{quoted(label_of(view.nodes[hop.end].text, 300))}”{label} {mark}"


def _alone(view: View, node: str) -> Evidence:
    return Evidence(
        board=view.ref,
        unit="node",
        nodes=(node,),
        region=view.nodes[node].bbox,
        text=view.nodes[node].text.strip()[:MAX_QUOTE],
        score=1.0,
    )


def _joined(plan: Plan, hop: Hop) -> Evidence:
    """Return an arrow or line as evidence, written along its direction."""
    view = plan.view
    ends: Sequence[str] = (plan.anchor, hop.end)
    if plan.way == "before":
        ends = (hop.end, plan.anchor)
    text = f"{view.name(ends[0])} {'→' if hop.directed else '—'} {view.name(ends[1])}"
    return Evidence(
        board=view.ref,
        unit="relation",
        nodes=tuple(ends),
        region=union_box([view.nodes[end].bbox for end in ends]),
        text=f"{text}: {hop.label}" if hop.label else text,
        score=1.0,
    )


def _named(view: View) -> str:
    return view.ref.title or view.ref.source
