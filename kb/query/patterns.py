"""The forms that questions take, in English and Chinese, and what each asks for.

A form is a regular expression in which ``{x}`` and ``{y}`` stand for the things named and other
names in braces for the word lists below. Forms are tried in order and must fit the whole question,
without its question mark and politeness.
"""

from __future__ import annotations

import re
from typing import Literal

from kb.scene import Tag

Intent = Literal[
    "boards",
    "changed",
    "added",
    "removed",
    "follows",
    "leads",
    "path",
    "first",
    "last",
    "tagged",
    "holds",
    "owner",
    "owned",
    "date",
    "attribute",
    "about",
    "mentions",
    "lookup",
]

_WORDS = {
    "x": r"(?P<x>.+?)",
    "y": r"(?P<y>.+?)",
    "some": r"(?: [\w-]+){0,2}?",
    "be": r"(?:'s| is| are| was| were|'re)?",
    "the": r"(?:the |a |an )?",
    "in": r"(?:in|inside|on|under|within|part of)",
    "way": r"(?:path|way|route|connection|relation(?:ship)?|link|arrow|line|label)s?",
    "step": r"(?:step|thing|stage|task)s?",
    "leads": r"(?:leads? (?:in)?to|points? to|triggers?|feeds?(?: into)?|flows? (?:in)?to|calls?)",
    "joined": r"(?P<either>(?:connected|connect|linked|link|joined|related|relate|tied|attached))",
    "goes": r"(?:leads?|leads? to|goes?(?: to)?|go(?: next| on)?|connects?(?: to)?|points?(?: to)?"
    r"|flows?(?: in?to)?|sends?(?: [\w-]+)? to|triggers?|feeds?|calls?|publish(?:es)?(?: to)?)",
    "comes": r"(?:(?:comes?|happens?|is|are|goes|is done|do we do)(?: next| right| directly)?)",
    "owns": r"(?:owns?|responsible for|in charge of|assigned to|accountable for|leads?|leading"
    r"|doing|working on|the owner of|handles?|handling|does|takes? care of|owning|looks? after)",
    "approves": r"(?:approv(?:es?|ed|ing)|sign(?:s|ed)?(?: off)?(?: on)?|test(?:s|ed|ing)?"
    r"|review(?:s|ed|ing)?|verif(?:y|ies|ied)|authori[sz]e[sd]?)",
    "else": r"(?: else| all)?",
    "has_to": r"(?: has to| have to| needs to| will| should| must| can| may)?",
    "审批": r"(?:审批|批准|签字|签署|签收|测试|验收|审核|评审|复核)",
    "什么": r"(?:什么|哪些?个?|哪一步|哪里|哪儿|啥|怎么(?:办|做)?|如何)",
    "指向": r"(?:指向|流向|通向|通往|导向|连到|连接到|触发|调用|引发|导致|进入)",
    "负责": r"(?:负责|做|处理|维护|跟进|联系)",
    "要": r"(?:接下来|接着|又|会|要|应该|需要|必须|先|再|是|有|做|发生|进行|执行|跟着|接|到|该|将"
    r"|那么|则)*",
    "speaks": r"(?:(?:talk|speak)s? (?:about|of)|mentions?|shows?|contains?|covers?|deals? with"
    r"|(?:is|are) about|says? (?:something|anything) (?:about|on)|discuss(?:es)?)",
    "board": r"(?:white)?boards?",
    "there": r"(?: (?:there|here|stored|known|drawn|made|in (?:total|all)|altogether"
    r"|(?:do|does|did) (?:we|you) (?:have|know|hold)|have (?:we|you)|exist"
    r"|in (?:the|this|our|my) (?:store|workspace|collection|knowledge base)))*",
    "tongue": r"(?P<y>chinese|english)",
    "newest": r"(?:latest|newest|most recent|oldest|earliest)",
    "called": r"(?:called|named|titled|entitled)",
    "白板": r"(?:白板|看板|画板)",
    "几块": r"(?:哪些|(?:几|哪几|多少|哪一?)[块张个]?)",
    "共有": r"(?:现在|目前|一共|总共|共|都|里面?|有|画了?|存了?)*",
    "中文": r"(?:用)?(?P<y>中文|英文|汉语|英语)(?:写|画)?",
    "最新": r"(?:最新|最近|最早|最旧)(?:画)?的?(?:那|一)*[块张个]?",
    "提到": r"(?:提到|提及|讲到?|说到?|谈到?|画|写|涉及|出现|关于)(?:过|了)?",
    "哪块": r"(?:在|有)?哪(?:些|几)?[块张个]?(?:白板|图|板)",
    "关系": r"(?:关系|联系|连接|关联|相连|相关)",
    "against": r"(?:(?:since|compared (?:to|with)) [^,]{1,60}, ?)?",
    "was": r"(?:'s| is| are| was| were| has| have| got| been| all| else| newly)*",
    "did": r"(?: did| has| have)? (?:we|they|you|i|he|she|somebody|anybody)(?: have)?",
    "upon": r"(?:in|on|about|at|with|for|to|of|from|within|between)",
    "over": r"(?: (?:since|between|from|after|compared) .+?)?",
    "differences": r"(?:changes?|differences?|updates?)(?: made)?",
    "taken": r"(?:removed|deleted|dropped|wiped|erased|taken (?:out|away)|gone|no longer)",
    "take": r"(?:removed?|deleted?|drop(?:ped)?|wiped?|erased?|take (?:out|away))",
    "哪些": r"(?:什么|哪些)",
    "变化": r"(?:变化|变动|改动|不同|不一样|区别|差别|更新|修改|调整)",
    "多了": r"(?:新增|增加|添加|新加|多|加)了?(?:出来?)?了?些?",
    "少了": r"(?:删[除掉]?|去掉|取消|减少|少|移除|擦掉|拿掉)了些?",
}

_FORMS: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    (
        "boards",
        (
            r"(?:how many|which|what|what are the|list|show|name)(?: me)?(?: all)?(?: of)?"
            r" {the}{board}{be}{there}",
            r"(?:how many|which|what|list|show|name)(?: me)?(?: all)? {the}{tongue} {board}{be}"
            r"{there}",
            r"(?:how many|which|what|list|show|name)(?: me)?(?: all)? {the}{board}{be}{there}"
            r"(?: written)? in {tongue}",
            r"(?:(?:which|what|show|show me)(?: {board})?{be} )?{the}{newest} (?:{board}|one)",
            r"(?:which|what) {board}{be} {the}{newest}",
            r"(?:which|what) {board}{be} {called} {x}",
            r"(?:is|are) there (?:a |any )?{board} {called} {x}",
            r"{共有}{几块}{白板}",
            r"(?:的)?{白板}{共有}{几块}",
            r"(?:列出|列举)(?:一下)?(?:所有|全部)?的?{白板}",
            r"{共有}{几块}{中文}的?{白板}",
            r"{几块}{白板}都?是{中文}的?",
            r"{中文}的?{白板}{共有}是?{几块}",
            r"{最新}的?{白板}(?:是|有)?(?:{几块}|什么)?{白板}?",
            r"{几块}{白板}是?{最新}的?",
            r"(?:有没有|有|哪一?[块张个])(?:一?[块张个])?(?:叫做?|名叫|名为|题为){x}的{白板}吗?",
        ),
    ),
    (
        "added",
        (
            r"{against}what{was} new{over} {upon} {x}",
            r"{against}(?:what|which){some}{was} added{over} {upon} {x}",
            r"(?:what|which){some}{did} add(?:ed)? {upon} {x}",
            r"{x}{多了}{哪些}(?:新的?)?(?:步骤|内容|东西|事项|节点|环节)?",
            r"{x}有{哪些}(?:是)?新(?:增|加)?的?(?:步骤|内容|东西|事项|节点|环节)?",
        ),
    ),
    (
        "removed",
        (
            r"{against}(?:what|which){some}{was} (?:{taken}{over} {upon}|taken off) {x}",
            r"(?:what|which){some}{did} {take} {upon} {x}",
            r"{x}{少了}{哪些}(?:步骤|内容|东西|事项|节点|环节)?",
        ),
    ),
    (
        "changed",
        (
            r"{against}what{was} (?:changed|different|updated){over} {upon} {x}",
            r"what{did} changed? {upon} {x}",
            r"(?:what{be}|list|show|name)(?: me)?(?: all)? {the}{differences} {upon} {x}",
            r"how (?:has|have|did|does|do) {x} (?:changed?|differ|evolved?)(?: .*)?",
            r"(?:has|have|did) (?:anything|something|much) changed?{over} {upon} {x}",
            r"(?:has|have|did) {x} changed?(?: .*)?",
            r"{x}(?:都|到底)?(?:有|发生|做|出现)?过?了?{哪些}{变化}吗?",
            r"{x}都?(?:改|变|更新|修改|调整)(?:动|化)?了{哪些}(?:地方|内容|东西)?",
            r"{x}(?:有没有|有)(?:发生)?{变化}吗?",
            r"{x}的{变化}(?:是|有){哪些}",
        ),
    ),
    (
        "path",
        (
            r"(?:how|what)\b.*?\bfrom {x} (?:to|into|reach(?:es)?|towards?|until) {y}",
            r"(?:is|are) there .*?\bfrom {x} to {y}",
            r".*\b{way}\b.*?\b(?P<either>between) {x} and {y}",
            r".*\b{way}\b.*?\bfrom {x} to {y}",
            r"how (?:is|are) {x} (?:connected|related|linked) (?:to|with) {y}",
            r"how (?:do|does) {x} (?:connect|relate|link|get|lead) (?:to|with) {y}",
            r"(?:does|do|can) {x} (?:{leads}|(?:connect|link) to) {y}",
            r"(?:does|do|can|is|are) {x}(?: directly| somehow)? {joined}(?: directly| somehow)?"
            r" (?:to|with) {y}",
            r"(?:does|do|can|is|are) {x} and {y} {joined}.*",
            r"(?:does|do|can|is|are) {x} (?:come before|go to|lead to) {y}",
            r".*?从{x}(?:怎么|如何|怎样)?(?:一步步)?走?(?:到达|通往|到|至)(?:了)?{y}"
            r"{要}(?:的|之间)?(?:怎么|如何)?(?:走|经过)?(?:了)?{什么}?(?:步骤|步|路径|流程|过程)?",
            r"{x}(?:和|与|跟|同){y}(?:之间)?(?:是|有)?(?:{什么}|怎样|何)的?{关系}(?:起来)?的?",
            r"{x}(?:和|与|跟|同){y}(?:之间)?(?P<either>(?:有没有|有无|是不是|是否|有|是)?"
            r"(?:{关系}|有关|连着|连通|连在一起))(?:着|的)?吗?",
            r"{x}(?:会|能)?{指向}{y}吗",
        ),
    ),
    (
        "first",
        (
            r"(?:what|which|where){be} {the}(?:first|initial|starting) (?:{step}|point)"
            r" (?:of|in|on|for) {x}",
            r"(?:where|how) (?:does|do|did) {x} (?:start|begin)",
            r"what (?:starts|begins) {x}",
            r"{x}的?(?:第一步|首先|起点|开头|一开始){要}{什么}?.*",
            r"{x}从(?:哪里|哪儿|哪一步|什么)开始",
        ),
    ),
    (
        "last",
        (
            r"(?:what|which|where){be} {the}(?:last|final) (?:{step}|point) (?:of|in|on|for) {x}",
            r"(?:where|how) (?:does|do|did) {x} (?:end|finish|stop)",
            r"{x}的?(?:最后一步|终点|结尾){要}{什么}?.*",
            r"{x}(?:到|在)(?:哪里|哪儿|哪一步)(?:结束|为止)",
        ),
    ),
    (
        "leads",
        (
            r"在?什么(?:情况|条件)之?下?(?:需要|才|会|要|能|可以)+{x}",
            r"(?:什么时候|何时)(?:要|会|需要)?(?:才|只有)(?:会|要|能|可以|需要)*{x}",
            r"how many{some} (?:{leads}|(?:come|go|are|are there) before|precede) {x}",
            r"(?:what|which|who){some} (?:{leads}|{comes} before|precedes?) {x}",
            r"what (?:must|has to|should|needs? to|do we)\b.*?\bbefore {x}",
            r"(?:what|which){be} {the}(?:previous|preceding) {step} (?:of|to|before|for) {x}",
            r"(?:{什么}\S{0,4}?|谁)(?:会|能|可以)?{指向}(?:了|到)?{x}",
            r"在?{x}(?:之前|以前|前面|前)(?:的一?步骤?)?[,，]?{要}{什么}.*",
            r"{x}的?(?:上一步|前一步|前置(?:步骤|条件)).*",
        ),
    ),
    (
        "follows",
        (
            r"what{be} {the}(?:next|following) {step} (?:after|of|for|following|from) {x}",
            r"(?:what|which|where){some} {comes} (?:immediately )?after(?:wards)? {x}",
            r"(?:what|which){some} (?:follows?|succeeds?) (?:on |after )?{x}",
            r"how many{some} (?:follow|succeed|(?:come|go|are|are there) after) {x}",
            r"(?:after|once|if|as soon as|in case(?: of)?) {x},? (?:then )?"
            r"(?:what|which|where|who)\b.*",
            r"when(?:ever)? {x}, ?(?:then )?(?:what|which|where|who)\b.*",
            r"what if {x}",
            r"(?:what|where)(?: do(?:es)?)?{some} (?:happens?|go|do)(?: next)? "
            r"(?:if|when|once|in case of|in case) {x}",
            r"(?:what|where|who|which){some} (?:does|do|is|will) {x} {goes}(?: next)?",
            r"在?{x}(?:之后|以后|后面|完成后|后)(?:的下?一?步骤?)?[,，]?{要}{什么}.*",
            r"{x}的?下一步(?:骤)?.*",
            r"{x}(?:会|能|可以)?{指向}(?:了|到)?{什么}.*",
            r"在?{x}(?:之后|以后|完成后|后)呢",
            r"(?:如果|要是|假如|万一|一旦|当(?![前天日月年时])){x}(?:了|时|的时候|的话)?[,，]?{要}(?:{什么}|怎样|呢).*",
            r"{x}怎么办",
            r"{x}(?:了|时|的话)[,，]?(?:会|要|应该|该){要}{什么}.*",
        ),
    ),
    (
        "owned",
        (
            r"what{some} (?:does|do|is|are|must|should|has|have) (?!left\b){x}"
            r" (?:owns?|responsible for|in charge of|assigned|do|working on"
            r"|(?:have |need |supposed |got )?to do)",
            r"{x}(?:要|需要)?负责(?:的|了)?(?:是)?(?:什么|哪些).*",
            r"{x}(?:要|需要|该)做(?:什么|哪些).*",
        ),
    ),
    (
        "owner",
        (
            r"who{else}{be}{has_to} {owns} {x}",
            r"who{else}{be}{has_to} (?P<y>{approves}) {x}",
            r"who{else}{be} (?:responsible|in charge|the owner)",
            r"(?:what|who){be} {the}(?:owner|assignee|person responsible)s? (?:of|for) {x}",
            r"whose (?:task|job|responsibility) is {x}",
            r"(?:由|是)?(?:还有)?谁(?:来|是|在|要)?{负责}{x}",
            r"{x}(?:是|由|归)?(?:还有)?谁(?:来|在)?{负责}的?",
            r"(?:由|是)?(?:还有)?谁(?:来|是|在|要)?(?:负责)?(?P<y>{审批}){x}",
            r"{x}(?:是|要|需要)?(?:由|归)?谁(?:来|在|负责)?(?P<y>{审批})的?",
            r"{x}的?(?:负责人|责任人|主管|owner)(?:是|有)?(?:谁|哪些|哪位)?.*",
        ),
    ),
    (
        "date",
        (
            r"(?:by |until )?when{be}(?: does| do| will| must| should| did| can)? {x}",
            r"what{be} {the}(?:deadline|due date|date|launch date)s? (?:of|for) {x}",
            r"(?:by )?(?:what|which) (?:date|day|week|month){be}(?: does| do| will| must)? {x}",
            r"{x}(?:是|在|要|将|会)?(?:什么时候|何时|哪天|几号|几月|什么日期).*",
            r"(?:什么时候|何时|哪天|几月|几号)(?:会|要|需要|将|能|可以|应该|该|必须)*{x}",
            r"{x}的?(?:截止日期|截止时间|期限|日期|时间)(?:是|在)?(?:什么|哪天|多少|何时|几号)?.*",
        ),
    ),
    (
        "mentions",
        (
            r"(?:what|which) (?:of (?:the|our|my) )?(?:white)?boards?{some} {speaks} {x}",
            r"(?:on|in) (?:what|which) (?:white)?boards?{be} {x}(?: (?:mentioned|shown|drawn))?",
            r"where{be} {x} (?:mentioned|written|drawn|shown|discussed)",
            r"{哪块}(?:上|里|中)?都?(?:有)?{提到}{x}",
            r"{x}(?:都|被)?(?:出现|画|写|提到)?{哪块}(?:上|里|中)?{提到}?",
        ),
    ),
    (
        "holds",
        (
            r"(?:what|which)(?!(?: has| have)? changed ){some}{be}"
            r"(?: there| written| listed| shown)* {in} {x}",
            r"(?:what|which){some} (?:belongs?|stands?) (?:to|in|under) {x}",
            r"what{some} (?:does|do) {x} (?:contain|hold|include|consist of|show|say|cover)",
            r"(?:list|name|show)(?: me)? {the}(?:all )?(?:items?|things?|contents?|notes?|parts?)"
            r" (?:in|on|under|of|inside) {x}",
            r"{x}的{y}有(?:什么|哪些)",
            r"{x}(?:里面?|上面?|下面?|中|内)?都?(?:有|包含|包括|写了|画了|列了)了?(?:什么|哪些)"
            r"(?P<y>.*)",
        ),
    ),
    (
        "attribute",
        (
            r"(?:what|who|which|where){be} {the}{y} (?:of|for) {x}",
            r"{x}的{y}(?:是|有|在)?(?:什么|多少|哪里|哪儿|谁|哪些?|几).*",
        ),
    ),
    (
        "about",
        (
            r"(?:what|where){be} {x}",
            r"who(?:'s| is| are| was| were|'re) {x}",
            r"(?:tell me|what do (?:we|you) know) about {x}",
            r"(?:describe|explain) {x}",
            r"(?:什么是|介绍(?:一下)?){x}",
            r"{x}(?:是什么|是啥|在哪里|在哪儿|在哪|是干什么的|是做什么的)",
            r"{x}(?:是|属于)(?:哪|什么).*",
        ),
    ),
)

_MACRO = re.compile(r"\{(\w*[^\W\d]\w*)\}")  # a name in braces, not a count like {0,4}


def _compile(form: str) -> re.Pattern[str]:
    return re.compile(_MACRO.sub(lambda m: _WORDS[m[1]], form), re.IGNORECASE)


FORMS: tuple[tuple[Intent, re.Pattern[str]], ...] = tuple(
    (intent, _compile(form)) for intent, forms in _FORMS for form in forms
)

_TAG_WORDS: dict[Tag, tuple[str, str]] = {
    "todo": (
        r"to[- ]?dos?|to-do items?|action items?|open tasks?",
        r"待办(?:事项)?|行动项|要做的事",
    ),
    "risk": (r"risks?|dangers?|go(?:es)? wrong", r"风险点?|隐患|出错"),
    "decision": (r"decisions?|decided?|chose|choose|chosen", r"决定|决议|决策|选了|选择了"),
    "question": (
        r"(?:open |unanswered |unresolved )questions?",
        r"(?:未决|待定|开放|未解决|没解决)的?问题|疑问",
    ),
    "goal": (r"goals?|objectives?|key results?", r"目标|关键结果"),
}
TAG_WORDS: dict[Tag, re.Pattern[str]] = {
    tag: re.compile(rf"\b(?:{en})\b|{zh}", re.IGNORECASE) for tag, (en, zh) in _TAG_WORDS.items()
}

TAG_SYNONYMS: dict[str, str] = {
    "todo": "todo task action 待办 任务 行动",
    "risk": "risk danger problem 风险 隐患 问题",
    "decision": "decision decide choose choice 决定 决议 选择",
    "question": "question open unclear 问题 疑问",
    "goal": "goal target objective 目标 指标",
    "owner": "owner responsible 负责 负责人",
    "date": "date deadline due day 日期 时间 截止",
}
FIGURE = re.compile(
    r"\d|[二三四五六七八九十百千万两]"
    r"|(?<![统唯万])一(?![致样起般些定直旦切]|下|步步|方面)"
)

ASKS_LIST = re.compile(
    r"^(?:what|which|list|show|name|give|are there|is there|do we have|how many|tell me|any)\b"
    r"|哪些|什么|哪几|列出|列举|有没有|多少|几个|几条|几项|所有",
    re.IGNORECASE,
)
# Between words for tags that are all asked for: "risks and open to-dos".
JOINS = re.compile(
    r"\s*(?:[,，、;；/&]|\b(?:and|or|plus)\b|以及|还有|[和与及跟或])+\s*"
    r"(?:(?:and|the|all|our|any|open|key|main|what|which|有?哪些|有?什么|主要的?)\s*){0,3}",
    re.IGNORECASE,
)
# Before the topic of a list, beside words without content: "decisions were made about X".
LEADS_TO = frozenset({"made", "taken", "raised", "noted", "listed", "written", "mentioned"})
HAS = re.compile(r"(?<![拥没国私所享持])有(?=\s|$)")  # what is left of 有哪些
COUNTS = re.compile(
    r"^how many\b|\bnumber of\b|多少(?:个|条|项|张|块)|几(?:个|条|项|张|块)|有多少", re.IGNORECASE
)
NUMBER = re.compile(
    r"^how (?:many|much|long|often|far|big|large|old|high|fast)\b"
    r"|\bwhat (?:percentage|number|price)\b|多少|多久|多长|多大|多高|几(?:个|次|天|年|人)|百分之几",
    re.IGNORECASE,
)
YES_NO = re.compile(
    r"^(?:is|are|was|were|does|do|did|can|could|will|has|have|should)\b|吗$|有没有|是不是|是否",
    re.IGNORECASE,
)
POLITE = re.compile(
    r"^(?:please|hey|hi|so|and|ok|do you know|tell me"
    r"|(?:can|could|would|will) you(?: please)?"
    r"(?: tell me|(?= (?:show|list|give|name|explain|find|describe)\b))"
    r"|i(?:'d| would) like to know|请问|请|那么|你知道|告诉我|帮我(?:看看|查(?:一下)?)?|我想知道)"
    r"(?![a-z])[\s,，:：]*",
    re.IGNORECASE,
)
FRAME = re.compile(
    r"^(?:on|in|according to|at|from) (?:the |our |my )?(?:white)?boards?[\s,:]+"
    r"|[\s,]+(?:on|in|according to|at|from) (?:the |our |my |any |all )?(?:white)?boards?$"
    r"|^(?:根据|在|按照?)?(?:白板|图|看板|画板)(?:上|里|中|显示)的?[,，]?",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"^(?:the|a|an|our|my|this|that|这个|那个|该)\s+", re.IGNORECASE)
TAIL = re.compile(
    r"\s+(?:box|node|step|note|sticky|stage|task|element|next|first|directly|exactly|now)$"
    r"|(?:这一步|这个步骤|步骤|节点)$"
    r"|\s+(?:is|are|has been|have been|gets?) (?:done|finished|completed)$",
    re.IGNORECASE,
)
EDGES = "\"'“”‘’「」『』《》`()（）[]【】 \t,，.。:：;；?？!！、"
