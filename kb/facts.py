"""Who and when, read from the words of one node: "Train support team - Tom, 15 April"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile

from kb.reading import one_line
from kb.simplified import original_of, simplified
from kb.tags import DAY, MONTH, WEEKDAY, heading_tag

MAX_READ = 500  # characters of a node; people and dates stand in short notes

_YEAR = r"(?:,? (?:19|20)\d\d\b)?"
_LEAD_WORD = (
    r"\b(?:by|due|until|before|on|from|since|deadline|date)\b[:：]?\s{0,3}|[截至到]止?于?[:：]?\s?"
)
_MONTH_DAY = r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/.%])"
_PLAIN_YEAR = r"\b(?:19|20)\d\d\b(?!\s?[%€$£+]|[.,:]\d)"
_DATE = "|".join(
    (
        r"(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]" + DAY + r"(?!\d)",
        rf"\b{MONTH}\.? {DAY}(?:st|nd|rd|th)?\b{_YEAR}",
        rf"\b{DAY}(?:st|nd|rd|th)? {MONTH}\b{_YEAR}",
        # "1/2 of the tests" is no day: one that may be a fraction needs a word that says so.
        r"(?<![\d/.])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)?\d\d(?![\d/.%])",
        r"(?<![\d/.])(?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01])(?![\d/.%]|\s+of\b)",
        rf"(?:{_LEAD_WORD}){_MONTH_DAY}",
        rf"(?<![\d/.]){_MONTH_DAY}(?=\s?[之以]?前)",
        r"(?:(?:19|20)\d\d\s?年\s?)?(?:0?[1-9]|1[0-2])\s?月\s?" + DAY + r"(?!\d)\s?[日号]?",
        r"[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿]{1,3}[日号]",
        r"(?:本|下|这)?(?:周|星期)[一二三四五六日天]",
        r"(?:本|下|这个?)?(?:周|月|季度|年)(?:底|末|前|内)",
        r"[一二三四五六七八九十0-9]{1,2}月(?:底|初|中旬|份)?",
        rf"\b(?:next |this )?{WEEKDAY}\b",
        r"\b(?:tomorrow|today|tonight|eo[dwm]|end of (?:the )?\w{3,9})\b",
        rf"\b(?:by|due|until|before|in|next|end of) (?:{MONTH}\b{_YEAR}|Q[1-4]\b)",
        rf"\b(?:in|since|during|until|before|end of|early|late|mid) {_PLAIN_YEAR}",
        # "2000 users" is no year, nor is $2000: nothing is counted in one.
        rf"(?<![$€£¥￥#]){_PLAIN_YEAR}(?=\W*$|\s*[^\w\s]|\s+(?:and|or|at|for|if|we|with)\b)",
        r"\bQ[1-4]\b|(?:19|20)\d\d\s?年|今天|明天|后天",
        r"\b\d{1,2}:\d\d\b(?:\s?[ap]m\b)?",
    )
)
_WHEN = re.compile(rf"(?:{_DATE})", re.IGNORECASE)
_DATED = re.compile(
    rf"(?:\b(?:by|due|until|before|in|on)[:：]?\s+){{0,2}}(?:{_DATE})"
    r"(?:[之以]?前)?(?:完成|交付|提交)?",
    re.IGNORECASE,
)
_LEADING = re.compile(rf"^(?:{_LEAD_WORD}|(?:in|during)\s+)", re.IGNORECASE)

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵汪祁毛禹狄米贝明臧"
    "计成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫"
    "丁邓洪包诸左石崔吉龚程邢裴陆荣翁甄家封靳段巫焦谷车侯全班仰仲宫宁仇甘厉祖武符刘景詹龙叶司黎白蒲卓蔺池乔"
    "温庄晏柴瞿阎慕连习艾鱼容向古易廖耿满匡国文寇广阙殳沃利蔚越师关聂晁敖冷辛阚简饶曾关相查游权益桓公"
)
_NICKNAME = r"(?:小|老|阿)[\u4e00-\u9fff]"
_ZH_NAME = rf"(?:[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|{_NICKNAME})"
_EN_NAME = r"[A-Z][a-z'’-]+(?: [A-Z][a-z'’.-]*){0,2}(?: team)?"
_ZH_TEAM = r"[\u4e00-\u9fff]{1,4}(?:部|组|团队)"
_NAME = rf"(?:{_EN_NAME}|{_ZH_TEAM}|{_ZH_NAME})"
_MARKED = re.compile(
    r"(?:^|[\s(（,，、;；&+])@(?P<at>[^\W\d_][\w.'’-]{0,30})"
    r"|\b(?i:(?:owner|assignee|dri|responsible|lead)[ \t]{0,3}[:：=]|(?:assigned to|owned by)\b)"
    r"[ \t]{0,3}[:：=]?[ \t]{0,3}(?P<en>[^,，;；()（）\n]{1,40})"
    r"|(?:负责人?|责任人|经办人?|跟进人?)[ \t]{0,3}[:：][ \t]{0,3}"
    r"(?P<zh>[^,，;；()（）\n]{1,20})"
    r"|由(?P<by>[^,，;；()（）\n]{1,8}?)负责"
)
_LEAD = re.compile(rf"^(?P<name>{_NAME})\s?[:：]\s?(?=\S)")
_TRAILING = re.compile(
    r"(?:\s[-–—]\s?|[-–—]{2}|[(（\[【])(?P<rest>[^()（）\[\]【】]{1,60})[)）\]】]?\s*$"
)
_AND = r"\s?(?:&|\+|/|\band\b|和|与|、)\s?"
_LISTED = re.compile(rf"{_NAME}(?:{_AND}{_NAME}){{0,3}}")
# Without blanks a dash may join a word ("pre-Easter"): only where a date stands too is it a mark.
_TIGHT = re.compile(
    r"(?:\b(?!(?:pre|post|non|anti|mid|pro|semi|sub|trans|inter|intra|multi|all)-)[a-z]{3,}"
    rf"|[\u4e00-\u9fff])[-–—](?P<rest>{_LISTED.pattern}(?:\s?[,，;；][^()（）\[\]【】]{{0,60}})?)$"
)
_PARTS = re.compile(r"[,，;；]|\s{2,}")
_ALSO = re.compile(rf"\s?[,，、;；]\s?(?P<name>{_LISTED.pattern})(?=\s?(?:[,，、;；()（）.。]|$))")
# What follows a blank beside Chinese is no more of the name: "王芳 上线", but 王芳 和 李强.
_NAME_ENDS = re.compile(
    r"(?<=[\u4e00-\u9fff])(?<![和与及]) (?![和与及、&/+])"
    r"|(?<![和与及、&/+]) (?=[\u4e00-\u9fff])(?![和与及])"
)
_NO_NAMES = frozenset(
    """
    the a an and or not no yes if else todo done risk risks decision goal open new old next first
    last mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday today
    tomorrow january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec note owner date due deadline question problem
    step option pro con plan idea action actions result status phase week day month year
    """.split()  # noqa: SIM905 - one word list a line is easier to read
)
_LABELS = frozenset(
    """
    budget cost costs price total time duration deadlines target scope project task tasks item items
    topic agenda summary background context reason reasons cause issue issues warning caution
    attention important info hint tip example input output data version release sprint milestone
    requirement requirements assumption assumptions dependency dependencies quality performance test
    tests testing build deploy location place room title name email phone link source sources
    reference method process flow stage level type category priority high medium low before after
    pros cons must should could roadmap size weight stock lead
    """.split()  # noqa: SIM905
)
"""Words that stand before a colon and name what follows, not who does it."""
_ZH_LABELS = frozenset(
    """
    方案 方法 方式 方向 时间 时长 时机 成本 成果 成员 成功 安全 安排 安装 项目 任务 费用
    计划 计费 计算 水平 路线 路径 关键 关系 关注 常见 常规 平台 平均 章节 金额 全部 管理
    程序 明细 明天 包装 包含 施工 支付 支持 车间 广告 文档 文件 夏季 冷却 水电 严重 连接
    温度 易用 高级 高度 高风 高优 游客 向导 毕业 危险 危机 卫生 金融
    """.split()  # noqa: SIM905
)
"""The like, which begin as a surname does."""
_TEAM = re.compile(r"(?:部|组|队)$")


def dates_in(text: str) -> list[str]:
    """Return what `text` says of time, as written and without "by" or "due": "15 April", 周五前."""
    head = text[:MAX_READ]
    found: dict[str, str] = {}  # as written, by simplified signs
    for when in _WHEN.finditer(simplified(head)):
        said = _LEADING.sub("", when.group())
        found.setdefault(said, head[when.end() - len(said) : when.end()])
    return list(found.values())


def owners_in(text: str) -> list[str]:
    """Return the people or teams that `text` names as those who have the thing.

    By a mark ("@mei", "Owner: Aisha", 由王芳负责), before a colon ("Tom: call the bank"), or in the
    last part ("Train support - Tom, 15 April"; 写测试（李强，王芳）).
    """
    line = one_line(text[:MAX_READ])
    blanks = " ".join(text[:MAX_READ].split())
    if marked := list(dict.fromkeys(_marked(simplified(blanks)))):
        return [original_of(one, blanks) for one in marked]
    return [original_of(one, line) for one in _unmarked(simplified(line))]


def _unmarked(line: str) -> list[str]:
    if (lead := _LEAD.match(line)) and _may_be_name(lead["name"]):
        return [lead["name"]]
    undated = _WHEN.sub("", line).rstrip(" ,，前底内")
    trailing = _TRAILING.search(undated) or (_WHEN.search(line) and _TIGHT.search(undated))
    parts = map(_without_dates, _PARTS.split(trailing["rest"])) if trailing else ()
    ahead = dropwhile(lambda part: not _are_names(part), filter(None, parts))
    return list(dict.fromkeys(takewhile(_are_names, ahead)))


def _marked(line: str) -> Iterator[str]:
    """Yield the names behind marks, and those listed after them: "Owner: Tom, Anna"."""
    for mark in _MARKED.finditer(line):
        words = _without_dates(next(filter(None, mark.groups())))
        if name := _NAME_ENDS.split(words)[0]:
            yield name
        also = _ALSO.match(line, mark.end())
        while name and also and _may_be_names(also["name"]) and not _WHEN.search(also["name"]):
            yield also["name"]
            also = _ALSO.match(line, also.end())


def _without_dates(words: str) -> str:
    """Return the name that stands before the first date, or else behind it."""
    parts = (part.strip(" ,，;；:：.。-–—") for part in _DATED.split(words))
    return next(filter(None, parts), "")


def _are_names(words: str) -> bool:
    return bool(_LISTED.fullmatch(words)) and _may_be_names(words)


def _may_be_names(words: str) -> bool:
    return all(map(_may_be_name, re.split(_AND, words)))


def _may_be_name(words: str) -> bool:
    if heading_tag(words) is not None or (words[:2] in _ZH_LABELS and not _TEAM.search(words)):
        return False
    english = [word.casefold() for word in re.findall(r"[A-Za-z]+", words)]
    return _NO_NAMES.isdisjoint(english) and not (english and _LABELS.issuperset(english))
