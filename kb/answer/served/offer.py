"""The closed list of evidence that one question offers to the served model.

Evidence of which a reader of the board would say "that is addressed to the machine" is left out:
it states nothing about the team's work, and a model might obey it. It can still be found and
quoted without the model. Names of boards and containers that speak so are left blank.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.catalog import BoardRow
from kb.evidence import Evidence
from kb.graph import Graph, Ref, Thing
from kb.query.patterns import TAG_SYNONYMS
from kb.quoting import quoted
from kb.reading import label_of, token_cost

MAX_TEXT = 700  # characters of one piece
_PIECE_TOKENS = 40.0  # of the names and signs around the words

_ADDRESSED = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass|skip)\b .{0,40}
        \b(?:above|previous|prior|earlier|preceding|instruction|prompt|rule|context|guideline)
    | \b(?:system|developer|hidden|initial)\s+(?:prompt|message|instruction)
    | \byou\s+(?:are|must|should|will|shall)\s+(?:now|always|never|only|instead|say|act|pretend
        |obey|cite|output|(?:answer|reply|respond)\b(?!\s+(?:to\s+\w+\s+)?(?:with)?in\b))
    | \b(?:as|being|dear|hey|attention|note\ to)\s+(?:an?\s+)?(?:ai|llm|assistant|chatbot
        |language\ model|model|bot)\b
    | \b(?:llm|assistant|chatbot|language\ model)s?\s*[:,]
    | \b(?:dear|hey|to|an?)\s+ai\s*[:,] | \bai\s*[:,] .{0,60} \b(?:you|your|answer|reply|respond|say
        |ignore|output|cite|pretend|obey|repeat|instructions?|prompt)\b
    | \b(?:assistant|chatbot|llm|bot)\s+(?:must|should|shall|has\ to|will)\b
    | \b(?:answer|reply|respond|say|output|repeat|cite)\b .{0,40} \b(?:only|exactly)\b
    | \b(?:write|print|append|insert)\s+(?:only|exactly)\b (?!\s+(?:one|two|three|four|a|an|\d+)\b)
    | \b(?:answer|reply|respond|say|write|print|output|repeat|cite|append|insert|render|translate
        |reveal|claim|state|tell\ (?:the\ )?user)\b .{0,40}
        (?:\[\s*\d+\s*\]|\bverbatim\b|\binstead\b|\bevery\s+(?:question|answer)
        |\bany\s+question|\bthe\s+user|\bno\s+matter|\bas\s+(?:the|your)\s+(?:answer|source)
        |\bNO_ANSWER\b|!\[|<\w)
    | \banswer\s+(?:to|for)\s+(?:all|any|every)\b
    | \b(?:jailbreak|prompt\s+injection|do\s+anything\s+now)\b
    | <\s*/?\s*(?:system|assistant|user|instruction|im_start|im_end|evidence|think)\b | <\|\w+
    | !\[[^\]]*\]\( | <\s*(?:script|img|iframe|a|svg|object|meta|style|form|link)\b | javascript:
    | (?:忽略|无视|忘记|忘掉|不要理会|跳过|覆盖) .{0,16} (?:以上|上面|上述|之前|前面|先前|所有|全部
        |指令|提示|规则|要求|内容)
    | (?:系统|开发者|隐藏|初始) (?:提示词?|指令|消息)
    | (?:你|您)(?:现在|必须|应该|只能|将|要|从现在) .{0,12} (?:是|扮演|回答|回复|输出|说|引用|服从)
    | (?:作为|身为|致|亲爱的) .{0,6} (?:AI|人工智能|助手|语言模型|大模型|机器人)
    | (?:所有|任何) .{0,10} 问题 .{0,8} 答案
    | (?:助手|语言模型|大模型|机器人) \s* [:：,，]
    | AI \s* [:：,，] .{0,30} (?:你|您|回答|回复|忽略|无视|输出|引用|指令|提示)
    | (?:请|先|务必|一律|只|直接) .{0,6} (?:回答|回复|输出|复述|引用|翻译) .{0,16}
        (?:\[|［|【|“|「|任何|所有问题|用户的|如下|以下|提示)
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE | re.DOTALL,
)

_SPACED = re.compile(r"(?<=\b\w) (?=\w\b)")  # i g n o r e


@dataclass(frozen=True, slots=True)
class Offered:
    """A piece of evidence as the model sees it.

    Attributes:
        n: its number in the list, from 1.
        own: what it says itself, with its container and tags.
        words: the same with the board's title; what a sentence is held against.
        shown: the fields that the model is given.
        day: on which the board was captured, "" where that isn't known.
    """

    n: int
    evidence: Evidence
    own: str
    words: str
    shown: dict[str, str | int]
    day: str = ""


@lru_cache(maxsize=8_192)
def addressed_to_a_model(text: str) -> bool:
    """Say whether words on a board speak to a language model instead of people."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return bool(_ADDRESSED.search(plain) or _ADDRESSED.search(_SPACED.sub("", plain)))


def offers(
    session: Session, workspace: str, evidence: Sequence[Evidence], budget: float
) -> list[Offered]:
    """Return what may be offered of `evidence`, in its order, within `budget` tokens."""
    graph = Graph(session, workspace)
    kept = [e for e in evidence if e.text.strip() and not addressed_to_a_model(e.text)]
    things = graph.things((e.board.id, node) for e in kept if e.unit == "node" for node in e.nodes)
    holders = graph.things((t.ref[0], t.parent) for t in things.values() if t.parent)
    days = _days(session, workspace, {e.board.id for e in kept})
    found: list[Offered] = []
    for piece in kept:
        thing = things.get((piece.board.id, piece.nodes[0])) if piece.nodes else None
        offered = _offered(len(found) + 1, piece, thing, holders, days.get(piece.board.id, ""))
        budget -= token_cost(str(offered.shown["text"])) + _PIECE_TOKENS
        if budget < 0:
            break
        found.append(offered)
    return found


def _harmless(name: str) -> str:
    """Return the name of a board or container, "" where it speaks to a model."""
    return "" if addressed_to_a_model(name) else name


def _offered(
    n: int, evidence: Evidence, thing: Thing | None, holders: dict[Ref, Thing], day: str
) -> Offered:
    holder = holders.get((thing.ref[0], thing.parent or "")) if thing else None
    inside = _harmless(label_of(holder.text)) if holder else ""
    title = _harmless(evidence.board.title)
    tags = thing.tags if thing else ()
    shown: dict[str, str | int] = {"id": n, "board": quoted(title, 80)}
    shown |= {"date": day} if day else {}
    shown |= {"in": quoted(inside, 80)} if inside else {}
    shown |= {"tags": ", ".join(tags)} if tags else {}
    shown["text"] = quoted(evidence.text, MAX_TEXT)
    own = "\n".join(filter(None, (evidence.text, inside, *_names_of(tags))))
    return Offered(n, evidence, own, f"{own}\n{title}", shown, day)


def _names_of(tags: Iterable[str]) -> Iterable[str]:
    return (TAG_SYNONYMS.get(tag, tag) for tag in tags)


def _days(session: Session, workspace: str, boards: set[str]) -> dict[str, str]:
    """Return the day on which each board was captured, where that is known."""
    rows = session.execute(
        select(BoardRow.id, BoardRow.captured_at).where(
            BoardRow.workspace == workspace, BoardRow.id.in_(boards)
        )
    )
    return {
        board: datetime.fromtimestamp(at, UTC).date().isoformat()
        for board, at in rows
        if at is not None
    }
