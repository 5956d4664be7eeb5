"""Words that carry no content: articles, pronouns, helpers, particles, and words that only ask.

Small on purpose. A word that can name something on a board ("next", "open", "new", 新, 下一步)
stays content; IDF makes the frequent ones cheap anyway.
"""

from __future__ import annotations

_ENGLISH = """
a an the this that these those it its itself he him his she her hers they them their theirs we us
our ours you your yours i me my mine myself yourself themselves ourselves one ones am is are was
were be been being do does did doing done have has had having will would shall should can could
may might must let lets ought cannot cant couldnt dont doesnt didnt isnt arent wasnt werent hasnt
havent hadnt wont wouldnt shouldnt mustnt im ive ill youre youve theyre theyve weve id youd and or
but nor so if then than as at by for from in into of off on onto to up upon with within without
about above after against along among around before behind below beneath beside besides between
beyond during except inside like near outside over past since through throughout till toward
towards under until via while because though although whether per not no also too very just only
even ever still yet already again there here now any some each every either neither both all such
same other another much many more most few less least own quite rather what which who whom whose
when where why how whatever whichever whoever whenever wherever please tell show give find list
explain describe know mean happen happens happened
"""

_CHINESE = """
的 了 着 过 地 得 吗 呢 吧 啊 呀 嘛 么 哦 啦 之 所 们 是 有 在 于 和 与 及 或 或者 以及 并 并且 而
而且 但 但是 却 也 都 就 才 还 还是 又 再 很 太 更 最 把 被 让 给 对 对于 关于 从 到 向 往 由 以
为 为了 因 因为 所以 如果 若 则 虽然 然后 那么 跟 同 比 按 按照 通过 我 你 您 他 她 它 我们 你们
他们 她们 它们 咱们 自己 这 那 这个 那个 这些 那些 这里 那里 这样 那样 此 该 其 各 每 某 本 一个
一些 一种 一下 个 些 种 不 没 没有 不是 会 能 能够 可以 可 要 应 应该 应当 需 请 请问 想 知道 告诉
这是 那是 什么 是什么 为什么 怎么 怎么办 怎么做 怎样 怎么样 如何 谁 哪 哪个 哪些 哪里 哪儿 几 几个
多少 何 何时 何处 何人 什么样 什么时候 多久 是否 有没有 是不是 上 下 里 中 内 之后 之前 以后 以前
时 时候 等 等等 做 说
"""

# Each of these asks, so a text that holds one is a question even without a question mark.
_ASKING = """
what which who whom whose when where why how 什么 为什么 怎么 怎样 怎么样 如何 谁 哪 哪个 哪些
哪里 哪儿 几个 多少 何时 何处 何人 什么时候 多久 是否 有没有 是不是 吗
"""

STOP_WORDS = frozenset(_ENGLISH.split()) | frozenset(_CHINESE.split())
QUESTION_WORDS = frozenset(_ASKING.split())
