"""What a name means, as a vector that Chinese and English share.

A multilingual model puts all names of one language near each other, whatever they say. The mean
vector of each language is that bias: taken from every name of it, "库存预警" comes nearest to
"Stock alert". The means are those of the everyday words below, which say the same in both
languages; they depend on the model alone and not on the boards, so that the likeness of two names
is the same whenever, and in whatever order, boards come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from kb.text import language_of

if TYPE_CHECKING:
    from kb.embed import Embedder

Vectors = NDArray[np.float32]

_SAME = """
Start = 开始; End = 结束; Plan = 计划; Next steps = 下一步; Open questions = 待定问题
Team meeting = 团队会议; Design = 设计; Build the product = 开发产品; Customer = 客户
Server = 服务器; Review on Monday = 周一评审; Goals for this quarter = 本季度目标; Money = 资金
Write the report = 写报告; Approve request = 审批请求; Error = 错误; Owner: Anna = 负责人：安娜
Which option is better? = 哪个方案更好？; New feature = 新功能; Problem = 问题; Warehouse = 仓库
Web page = 网页; Train the model = 训练模型; Delivery = 配送; Ask the boss = 问老板
"""
_known: WeakKeyDictionary[Embedder, dict[str, Vectors]] = WeakKeyDictionary()


def vectors_of(embedder: Embedder, names: Sequence[str]) -> Vectors:
    """Return vectors of length 1, shape (len(names), dim); their products tell likeness, -1 … 1."""
    if not names:
        return np.zeros((0, embedder.dim), np.float32)
    centres = _centres(embedder)
    raw = embedder.passages(names)
    moved = raw - np.array([centres[language_of(name)] for name in names])
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(length, 1e-9), np.float32)


def packed(vector: Vectors) -> bytes:
    """Return one vector as it is stored."""
    return vector.astype("<f2").tobytes()


def unpacked(stored: Sequence[bytes], dim: int) -> Vectors:
    """Return stored vectors, shape (len(stored), dim)."""
    flat = np.frombuffer(b"".join(stored), "<f2")
    return np.asarray(flat.reshape(len(stored), dim), np.float32)


def _centres(embedder: Embedder) -> dict[str, Vectors]:
    """Return the mean vector of each language; for any other one, what lies between."""
    if embedder not in _known:
        pairs = [pair.split(" = ") for pair in _SAME.replace("\n", ";").split(";") if pair.strip()]
        english = embedder.passages([en.strip() for en, _ in pairs]).mean(axis=0)
        chinese = embedder.passages([zh.strip() for _, zh in pairs]).mean(axis=0)
        _known[embedder] = {"en": english, "zh": chinese, "": (english + chinese) / 2}
    return _known[embedder]
