"""Words on a board that speak to a language model instead of people.

What people write for people often holds one word of such an order: "skip the intro", "系统消息",
"Assistant: Anna". So a word that has another use counts only beside a second one that says who is
meant or what is to be said.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kb.simplified import simplified

_MODEL = r"(?:ai|llm|assistant|chatbot|language\ model|model|bot)"
_SAY = r"""(?:answer|reply|respond|say|write|print|output|repeat|cite|append|insert|render
    |translate|reveal|claim|state|tell\ (?:the\ )?user)"""
_BEFORE = r"(?:above|previous|prior|earlier|preceding)"
_ORDERS = r"(?:instruction|prompt|rule|context|guideline|message|direction|command|order)s?"
# What is asked of a model and of hardly anybody else.
_OBEY = r"""(?:you|your|ignore|output|cite|pretend|obey|repeat|reveal|instructions?|prompt
    |say|(?:answer|reply|respond)\b(?!\s+(?:to\ (?!this|any|all|every)|within|in|by|for)\b))"""
_MODEL_ZH = r"(?:AI|人工智能|助手|语言模型|大模型|机器人)"
_BEFORE_ZH = r"(?:以上|上面|上述|之前|前面|先前)"
_OBEY_ZH = r"(?:你|您|回答|回复|忽略|无视|输出|引用|服从|指令|提示词)"

_ADDRESSED = re.compile(
    rf"""
    \b(?:ignore|disregard|forget|override|bypass|skip)\b .{{0,40}}
        \b(?:{_BEFORE}|all|any|every|your|these|those)\b .{{0,20}}
        \b(?:instruction|prompt|guideline)
    | \b(?:ignore|disregard|forget)\b .{{0,40}} (?:
        \b(?:{_BEFORE}|your|these|those)\s+ (?:\w+\s+)? {_ORDERS}\b
        | \b(?:all|any|every)\s+ (?:of\s+)? (?:(?:the|your|these|those)\s+)? {_ORDERS}\b
        | \b{_ORDERS}\s+{_BEFORE}\b
        | \b(?:the|all|everything)\s+(?:above|preceding)\b (?!\s+[a-z]+\s*$))
    | \b(?:system|developer|hidden|initial)\s+prompts?\b
    | \b(?:system|developer|hidden|initial)\s+(?:message|instruction)s?\s*[:,]
    | \b(?:your|these|those)\s+(?:system|developer|hidden|initial)\s+(?:message|instruction)
    | \byou\s+(?:are|must|should|will|shall)\s+(?:now|always|never|only|instead|say|act|pretend
        |obey|cite|output|(?:answer|reply|respond)\b(?!\s+(?:to\s+\w+\s+)?(?:with)?in\b))
    | \b(?:as|being|dear|hey|attention|note\ to)\s+(?:an?\s+)?{_MODEL}\b
    | \b(?:dear|hey|to|an?)\s+ai\s*[:,] | \bto\s+the\s+(?:ai|llm|assistant|chatbot)\s*[:,]
    | \b(?:ai|llm|assistant|chatbot|language\ model)s?\s*[:,] .{{0,60}} \b{_OBEY}\b
    | \b(?:human|user)\s*: .{{0,200}} \bassistant\s*:
    | \b(?:assistant|chatbot|llm|bot)\s+(?:must|should|shall|has\ to|will)\b .{{0,60}} \b{_OBEY}\b
    | \b(?:answer|reply|respond|say|output|repeat|cite)\b .{{0,40}} \b(?:only|exactly)\b
    | \b(?:write|print|append|insert)\s+(?:only|exactly)\b (?!\s+(?:one|two|three|four|a|an|\d+)\b)
    | \b{_SAY}\b .{{0,40}}
        (?:\[\s*\d+\s*\]|\bverbatim\b|\bevery\s+(?:question|answer)
        |\bany\s+question|\bno\s+matter|\bas\s+(?:the|your)\s+(?:answer|source)
        |\bNO_ANSWER\b|!\[|<\w)
    | \b(?:cite|output)\b .{{0,40}} \binstead\b (?!\s+of\b)
    | \banswer\s+(?:to|for)\s+(?:all|any|every)\b
    | \b(?:jailbreak|prompt\s+injection|do\s+anything\s+now)\b
    | <\s*/?\s*(?:system|assistant|user|instruction|im_start|im_end|evidence|think)\b | <\|\w+
    | !\[[^\]]*\]\( | <\s*(?:script|img|iframe|a|svg|object|meta|style|form|link)\b | javascript:
    | (?:忽略|无视|忘记|忘掉|不要理会|跳过|覆盖) .{{0,16}}
        (?:指令|指示|提示词|{_BEFORE_ZH} .{{0,6}} (?:内容|规则|要求|提示|设定|文字|一切)
            |{_BEFORE_ZH}\s*(?:[,。;!]|$))
    | (?:系统|开发者|隐藏|初始) (?:提示词|指令) | 系统 (?:提示|消息) \s* [:：]
    | (?:你|您)的 (?:系统|初始|隐藏)? (?:提示|指令|消息)
    | (?:你|您)(?:现在|必须|应该|只能|将|要|从现在) .{{0,12}}
        (?:是|扮演|回答|回复|输出|说|引用|服从)
    | (?:作为|身为|致|亲爱的) .{{0,6}} {_MODEL_ZH}
    | (?:所有|任何) .{{0,10}} 问题 .{{0,8}} 答案
    | {_MODEL_ZH} \s* [:：,，] .{{0,30}} {_OBEY_ZH}
    | (?:请|先|务必|一律|只|直接) .{{0,6}} (?:回答|回复|输出|复述|引用|翻译) .{{0,16}}
        (?:\[|［|【|“|「|任何|所有问题|用户的|如下|以下|提示)
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE | re.DOTALL,
)

_SENTENCE = re.compile(r"[.!?;。！？；，\n]+")
_QUOTED = re.compile(r"[\"“「『].*?[\"”」』]|(?<!\w)'.*?'(?!\w)", re.DOTALL)
_ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|to|in|on|by|at|for|from|of|with) ){0,2}"
    r"(?:what|who|whom|whose|when|where|why|how|which|is|are|was|were|do|does|did|has|have)\b"
    r"|什么|谁|哪|为何|怎么|如何|多少|几|何时|吗",
    re.IGNORECASE,
)

_SPACED = re.compile(r"(?<=\b\w) (?=\w\b)")  # i g n o r e


@lru_cache(maxsize=8_192)
def addressed_to_a_model(text: str) -> bool:
    """Say whether words on a board speak to a language model instead of people."""
    plain = simplified(unicodedata.normalize("NFKC", text))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return bool(_ADDRESSED.search(plain) or _ADDRESSED.search(_SPACED.sub("", plain)))


def orders_a_model(question: str) -> bool:
    """Say whether what was put as a question tells a model what to do, and asks nothing thereby.

    What it quotes may be what it asks for: 'who wrote "ignore the rules"?'.
    """
    sentences = _SENTENCE.split(_QUOTED.sub(" ", simplified(question)))
    return any(addressed_to_a_model(one) and not _ASKS.search(one) for one in sentences)
