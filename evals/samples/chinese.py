"""The Chinese boards of the Hangzhou office."""

from __future__ import annotations

from datetime import datetime

from evals.boards import BoardSpec, Camera, Item, Link, Part, Style
from evals.samples.sample import Sample, listed, notes, spread

_REFUND = BoardSpec(
    title="退款流程",
    language="zh",
    rows=(
        (
            Part(
                "flow",
                "free",
                (
                    Item("apply", "顾客申请退款", "round", at=(120, 90), wrap=130),
                    Item("check", "客服核对订单", "box", at=(430, 90), wrap=130),
                    Item("opened", "已拆封？", "diamond", at=(800, 90)),
                    Item("money", "原路退款", "box", at=(1210, 90)),
                    Item("close", "关闭工单", "ellipse", "green", at=(1520, 90)),
                    Item("half", "退一半并送优惠券", "box", at=(800, 330), wrap=170),
                    Item("boss", "主管审批", "box", "red", at=(1210, 330)),
                ),
            ),
        ),
        (
            Part(
                "risk",
                "list",
                listed(
                    "k",
                    ["重复退款：没有去重", "审批超过三天，顾客投诉", "优惠券被转卖"],
                    "bullet",
                    tags=("risk",),
                    color="red",
                ),
                heading="风险",
                heading_color="red",
            ),
            Part(
                "own",
                "list",
                (
                    Item("p1", "负责人：王芳", "text", mark="dash", tags=("owner",)),
                    Item("p2", "三月底前上线", "text", mark="dash", tags=("date",)),
                ),
            ),
        ),
    ),
    links=(
        Link("apply", "check"),
        Link("check", "opened"),
        Link("opened", "money", "没有"),
        Link("opened", "half", "拆了"),
        Link("half", "boss"),
        Link("boss", "money", "同意"),
        Link("money", "close"),
    ),
    style=Style(
        "whiteboard", "kalam", "ma-shan-zheng", text=36, pen=4.0, link_ink="blue", ghost=0.4
    ),
    camera=Camera(
        2000, 1400, yaw=8, pitch=4, roll=-1.0, glare=0.5, light=0.3, warmth=0.3, blur=0.6, noise=2.5
    ),
    seed=31,
)

_IDEAS = {
    "taste": ["t1", "t2", "t3"],
    "pack": ["p1", "p2"],
    "price": ["m1", "m2"],
    "sell": ["s1", "s2", "s3"],
}

_PRODUCT = BoardSpec(
    title="",
    language="zh",
    rows=(
        (
            Part(
                "map",
                "mindmap",
                (
                    Item("root", "夏季新品", "cloud", "purple", size=1.3),
                    Item("taste", "口味", "round", "green"),
                    Item("t1", "冷泡茉莉", "text"),
                    Item("t2", "桂花乌龙", "text"),
                    Item("t3", "白桃不要太甜", "text"),
                    Item("pack", "包装", "round", "blue"),
                    Item("p1", "可降解茶包", "text"),
                    Item("p2", "旅行小罐", "text"),
                    Item("price", "定价", "round", "orange"),
                    Item("m1", "单盒39元", "text"),
                    Item("m2", "订阅打八折", "text"),
                    Item("sell", "渠道", "round", "red"),
                    Item("s1", "小程序", "text"),
                    Item("s2", "茶馆寄售", "text"),
                    Item("s3", "直播先不做", "text", tags=("decision",)),
                ),
            ),
        ),
    ),
    links=spread("root", _IDEAS),
    style=Style("screen", "patrick-hand", "long-cang", text=36, pen=3.0),
    seed=32,
)

_WEEKLY = BoardSpec(
    title="周会待办",
    language="zh",
    rows=(
        (
            Part(
                "list",
                "list",
                (
                    Item("t1", "更新茶叶库存表 李强 周二", "text", mark="done", wrap=720),
                    Item(
                        "t2",
                        "联系云南供应商 赵磊 4月8日",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                    Item(
                        "t3",
                        "退款页面测试 王芳 周四",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                    Item(
                        "t4",
                        "拍夏季新品照片 陈薇 4月12日",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                    Item(
                        "t5",
                        "仓库温度计坏了，要换 李强",
                        "text",
                        "red",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "risk"),
                    ),
                ),
            ),
        ),
        (Part("next", "list", (Item("n1", "下次开会：4月9日下午两点", "text", tags=("date",)),)),),
    ),
    style=Style("squared", "kalam", "ma-shan-zheng", ink="blue", text=40, pen=3.0),
    camera=Camera(
        1500,
        1250,
        yaw=-5,
        pitch=-8,
        roll=2.0,
        shadow=0.5,
        light=0.4,
        warmth=0.7,
        blur=0.6,
        noise=2.5,
    ),
    seed=33,
)

_LESSON = BoardSpec(
    title="新员工课：六大茶类",
    language="zh",
    rows=(
        (
            Part(
                "tree",
                "tree",
                (
                    Item("leaf", "鲜叶", "ellipse", "green"),
                    Item("none", "不发酵", "box"),
                    Item("semi", "半发酵", "box"),
                    Item("full", "全发酵", "box"),
                    Item("post", "后发酵", "box"),
                    Item("green", "绿茶 80度", "text", "green", wrap=100),
                    Item("oolong", "乌龙 95度", "text", "orange", wrap=100),
                    Item("white", "白茶 85度", "text", "orange", wrap=100),
                    Item("red", "红茶 90度", "text", "red", wrap=100),
                    Item("dark", "黑茶 100度", "text", "brown", wrap=100),
                ),
            ),
            Part(
                "rules",
                "list",
                listed(
                    "u",
                    ["先温杯", "茶三克，水一百五十毫升", "头泡不超过一分钟"],
                    "number",
                    wrap=330,
                ),
                heading="泡茶步骤",
                heading_color="blue",
                frame=True,
            ),
        ),
        (
            Part(
                "ask",
                "list",
                (Item("q", "问题：黄茶算哪一类？", "text", "red", tags=("question",)),),
            ),
        ),
    ),
    links=(
        Link("leaf", "none"),
        Link("leaf", "semi"),
        Link("leaf", "full"),
        Link("leaf", "post"),
        Link("none", "green"),
        Link("semi", "oolong"),
        Link("semi", "white"),
        Link("full", "red"),
        Link("post", "dark"),
    ),
    style=Style("whiteboard", "kalam", "long-cang", text=40, pen=4.4, ghost=0.7),
    camera=Camera(
        2000,
        1350,
        yaw=-9,
        pitch=3,
        roll=0.6,
        glare=0.6,
        shadow=0.3,
        light=0.35,
        warmth=0.5,
        blur=0.7,
        noise=2.5,
    ),
    seed=34,
)

_PROMO = BoardSpec(
    title="春季大促复盘",
    language="zh",
    rows=(
        (
            Part(
                "good",
                "wall",
                notes("g", ["销量翻倍", "客服准备充分"], "green"),
                heading="做得好",
                heading_color="green",
                columns=1,
            ),
            Part(
                "bad",
                "wall",
                notes(
                    "b", ["支付高峰超时", "库存超卖83单", "快递晚了两天", "优惠规则太复杂"], "pink"
                ),
                heading="做得不好",
                heading_color="red",
                columns=2,
            ),
            Part(
                "next",
                "wall",
                notes(
                    "n",
                    ["库存实时同步", "提前压测支付", "规则写成一句话"],
                    "yellow",
                    tags=("todo",),
                ),
                heading="下次改进",
                heading_color="blue",
                columns=2,
            ),
        ),
    ),
    links=(Link("b2", "n1", color="red"),),
    style=Style("screen", "kalam", "ma-shan-zheng", text=36, pen=3.6),
    seed=35,
)

SAMPLES = (
    Sample("2026-03-05-refund-flow-zh.jpg", (_REFUND,), datetime(2026, 3, 5, 14, 12, 30)),
    Sample("2026-03-18-summer-tea-ideas-zh.png", (_PRODUCT,)),
    Sample("2026-04-02-weekly-todo-zh.jpg", (_WEEKLY,), datetime(2026, 4, 2, 10, 3, 44)),
    Sample("2026-04-10-tea-lesson-zh.jpg", (_LESSON,), datetime(2026, 4, 10, 15, 48, 2)),
    Sample("2026-04-22-spring-promo-retro-zh.png", (_PROMO,)),
)
