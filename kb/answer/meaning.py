"""How near two words are in meaning, also across languages, by the embedder's own vectors.

A vector of a single word says above all which language it is in. With the mean of its language
taken away, translations are neighbours (risk and 风险 at .7, where strangers stand at 0). Words of
one language that stand side by side without meaning the same (tea and coffee) are as near as
synonyms: nearness is a hint where to look, and no proof that a thing is said.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kb.answer.words import Word
    from kb.embed import Embedder

MAX_KEPT = 100_000  # words; 1.5 kB each

_USUAL = {
    False: """
    time year people way day thing life child world school state family group country problem hand
    part place case week company system program question work number night point home water room
    area money story fact month lot right study book eye job word business issue side kind head
    house service friend power hour game line end member law car city community name team minute
    idea body information back face level office door health person art war history party result
    change morning reason research moment air force education food land sea road letter plan
    """,
    True: """
    时间 年 人们 方法 天 东西 生活 孩子 世界 学校 国家 家庭 小组 问题 手 部分 地方 案例 星期
    公司 系统 程序 工作 数字 晚上 点 家 水 房间 地区 钱 故事 事实 月 学习 书 眼睛 职业 词
    商业 边 种类 头 房子 服务 朋友 力量 小时 游戏 线 结束 成员 法律 汽车 城市 社区 名字 团队
    分钟 主意 身体 信息 脸 水平 办公室 门 健康 个人 艺术 历史 聚会 结果 变化 早上 原因 研究
    时刻 空气 教育 食物 土地 大海 路 信 计划
    """,
}
"""Everyday words of either language: their mean is what a language has in common."""


class Meaning:
    """Nearness of words for one embedder; keeps their vectors. Safe to share among threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    @cached_property
    def _means(self) -> dict[bool, NDArray[np.float32]]:
        return {
            zh: self._embedder.passages(words.split()).mean(axis=0) for zh, words in _USUAL.items()
        }

    def prepare(self, words: Iterable[Word]) -> None:
        """Embed the words that are new, in one go, for whoever asks for their nearness next."""
        if fresh := list(words):
            self._vectors(fresh)

    def nearness(self, one: Iterable[Word], two: Iterable[Word]) -> NDArray[np.float32]:
        """Return the cosines between words, shape (len(one), len(two))."""
        rows, columns = list(one), list(two)
        if not rows or not columns:
            return np.zeros((len(rows), len(columns)), np.float32)
        vectors = self._vectors([*rows, *columns])
        return np.asarray(vectors[: len(rows)] @ vectors[len(rows) :].T, np.float32)

    def _vectors(self, words: list[Word]) -> NDArray[np.float32]:
        with self._lock:
            known = {w.surface: self._kept[w.surface] for w in words if w.surface in self._kept}
        fresh = {word.surface: word for word in words if word.surface not in known}
        if fresh:
            means = self._means
            vectors = self._embedder.passages(list(fresh))
            vectors = vectors - np.stack([means[word.zh] for word in fresh.values()])
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
            known.update(zip(fresh, vectors, strict=True))
            with self._lock:
                if len(self._kept) > MAX_KEPT:
                    self._kept.clear()
                self._kept.update(zip(fresh, vectors, strict=True))
        return np.stack([known[word.surface] for word in words])
