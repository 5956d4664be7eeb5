"""The English boards of the Rotterdam office."""

from __future__ import annotations

from datetime import datetime

from evals.boards import BoardSpec, Camera, Item, Link, Part, Style
from evals.samples.sample import Sample, cells, listed, notes

_CHECKOUT = BoardSpec(
    title="Checkout flow v2",
    rows=(
        (
            Part(
                "flow",
                "free",
                (
                    Item("cart", "Cart", "round", at=(100, 90)),
                    Item("address", "Enter address", "box", at=(390, 90)),
                    Item("stock", "In stock?", "diamond", at=(740, 90)),
                    Item("pay", "Take payment", "box", at=(1130, 90)),
                    Item("done", "Order confirmed", "ellipse", "green", at=(1480, 90), wrap=170),
                    Item("similar", "Offer a similar tea", "box", at=(740, 340), wrap=190),
                    Item("retry", "Retry once after 30 s", "box", "red", at=(1130, 340), wrap=200),
                    Item("support", "Hand over to support", "person", at=(1480, 350), wrap=220),
                ),
            ),
        ),
        (
            Part(
                "risks",
                "list",
                listed(
                    "risk",
                    [
                        "Stock count lags 10 min: we oversell",
                        "Payment timeout may charge twice",
                        "Address typos: parcels come back",
                    ],
                    "bullet",
                    tags=("risk",),
                    color="red",
                    wrap=640,
                ),
                heading="Risks",
                heading_color="red",
            ),
            Part(
                "open",
                "list",
                (
                    Item(
                        "q1",
                        "Guest checkout, yes or no?",
                        "text",
                        mark="dash",
                        wrap=560,
                        tags=("question",),
                    ),
                    Item("o1", "Owner: Aisha", "text", mark="dash", tags=("owner",)),
                    Item("o2", "Live by 20 April", "text", mark="dash", tags=("date",)),
                ),
                heading="Open",
            ),
        ),
    ),
    links=(
        Link("cart", "address"),
        Link("address", "stock"),
        Link("stock", "pay", "yes"),
        Link("stock", "similar", "no"),
        Link("similar", "cart", route="elbow"),
        Link("pay", "done", "ok"),
        Link("pay", "retry", "declined", color="red"),
        Link("retry", "support", "fails again", color="red"),
    ),
    style=Style("whiteboard", "kalam", text=34, pen=4.0, link_ink="blue", ghost=0.5),
    camera=Camera(
        2000,
        1400,
        yaw=-7,
        pitch=5,
        roll=0.8,
        glare=0.55,
        light=0.3,
        warmth=0.4,
        blur=0.7,
        noise=2.5,
    ),
    seed=11,
)

_ARCHITECTURE = BoardSpec(
    title="Shop architecture",
    rows=(
        (
            Part(
                "edge",
                "flow",
                (
                    Item("browser", "Browser", "person"),
                    Item("cdn", "CDN", "cloud", "blue"),
                    Item("gateway", "API gateway", "box", fill="blue"),
                ),
                heading="Outside",
                heading_color="blue",
                frame=True,
                down=True,
            ),
            Part(
                "services",
                "free",
                (
                    Item("catalog", "Catalog service", "box", fill="green", at=(150, 60), wrap=160),
                    Item("orders", "Order service", "box", fill="green", at=(150, 290), wrap=160),
                    Item(
                        "billing", "Billing service", "box", fill="green", at=(150, 520), wrap=160
                    ),
                    Item("bus", "Event bus", "round", fill="orange", at=(520, 400)),
                    Item("mailer", "Mailer", "box", fill="green", at=(520, 570)),
                ),
                heading="Services",
                heading_color="green",
                frame=True,
            ),
            Part(
                "data",
                "free",
                (
                    Item("redis", "Redis cache", "cylinder", fill="red", at=(130, 60), wrap=150),
                    Item("postgres", "Postgres", "cylinder", fill="grey", at=(130, 300)),
                    Item(
                        "provider", "Payment provider", "cloud", "purple", at=(150, 570), wrap=190
                    ),
                ),
                heading="Data and third parties",
                frame=True,
            ),
        ),
        (
            Part(
                "notes",
                "list",
                (
                    Item(
                        "n1",
                        "Search moves out of Postgres in Q3",
                        "text",
                        mark="bullet",
                        tags=("decision",),
                        wrap=640,
                    ),
                    Item(
                        "n2",
                        "Risk: one Postgres, no replica",
                        "text",
                        "red",
                        mark="bullet",
                        tags=("risk",),
                        wrap=640,
                    ),
                ),
            ),
        ),
    ),
    links=(
        Link("browser", "cdn"),
        Link("cdn", "gateway"),
        Link("gateway", "catalog"),
        Link("gateway", "orders"),
        Link("catalog", "redis", "read"),
        Link("catalog", "postgres"),
        Link("orders", "postgres", "write"),
        Link("orders", "bus", "publish"),
        Link("bus", "billing"),
        Link("bus", "mailer"),
        Link("billing", "provider", "charge", dashed=True),
    ),
    style=Style("screen", "patrick-hand", text=30, pen=2.6, wobble=0.6),
    seed=12,
)

_RETRO = BoardSpec(
    title="Retro sprint 12",
    rows=(
        (
            Part(
                "well",
                "wall",
                notes(
                    "w", ["Pairing on checkout", "Deploys under 10 min", "Priya joined!"], "green"
                ),
                heading="Went well",
                heading_color="green",
                columns=2,
            ),
            Part(
                "badly",
                "wall",
                notes(
                    "b",
                    [
                        "Flaky payment tests",
                        "Too many meetings",
                        "Staging was down 2 days",
                        "Design came late",
                    ],
                    "pink",
                ),
                heading="Slowed us down",
                heading_color="red",
                columns=2,
            ),
            Part(
                "try",
                "wall",
                notes(
                    "t",
                    ["No meetings on Wednesday", "Jonas fixes the tests", "Mock the payment API"],
                    "yellow",
                    tags=("todo",),
                ),
                heading="Try next",
                heading_color="blue",
                columns=2,
            ),
        ),
    ),
    style=Style("whiteboard", "pangolin", text=32, pen=4.2, ghost=0.3),
    camera=Camera(
        2000,
        1250,
        yaw=9,
        pitch=-3,
        roll=-1.1,
        shadow=0.6,
        light=0.35,
        warmth=0.7,
        blur=0.8,
        noise=3.5,
    ),
    seed=13,
)

_OKR = BoardSpec(
    title="OKR Q2: Larkspur Tea",
    rows=(
        (
            Part(
                "tree",
                "tree",
                (
                    Item(
                        "goal",
                        "People come back for more tea",
                        "round",
                        "blue",
                        tags=("goal",),
                        wrap=520,
                    ),
                    Item("kr1", "Repeat orders from 22% to 30%", "box", tags=("goal",), wrap=260),
                    Item("kr2", "5,000 subscribers by June", "box", tags=("goal",), wrap=260),
                    Item("kr3", "Delivery in 2 days for 95%", "box", tags=("goal",), wrap=260),
                    Item("o1", "Owner: Tom", "text", "green", tags=("owner",)),
                    Item("o2", "Owner: Aisha", "text", "green", tags=("owner",)),
                    Item("o3", "Owner: Jonas", "text", "green", tags=("owner",)),
                ),
            ),
        ),
        (
            Part(
                "not",
                "list",
                listed("x", ["New market Poland", "Physical shop"], "dash", color="grey"),
                heading="Not this quarter",
            ),
        ),
    ),
    links=(
        Link("goal", "kr1"),
        Link("goal", "kr2"),
        Link("goal", "kr3"),
        Link("kr1", "o1", heads=0),
        Link("kr2", "o2", heads=0),
        Link("kr3", "o3", heads=0),
    ),
    style=Style("screen", "shantell-sans", text=32, pen=3.0, wobble=0.7),
    seed=14,
)

_TODO = BoardSpec(
    title="To do before launch",
    rows=(
        (
            Part(
                "list",
                "list",
                (
                    Item(
                        "t1", "Load test checkout - Jonas, 3 April", "text", mark="done", wrap=720
                    ),
                    Item(
                        "t2",
                        "Write refund policy - Tom, 8 April",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                    Item(
                        "t3",
                        "Translate mails to Chinese - Mei, 10 April",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                    Item("t4", "Order 2,000 boxes - Priya, 2 April", "text", mark="done", wrap=720),
                    Item(
                        "t5",
                        "Ask bank about limits - Aisha, 9 April",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                    Item(
                        "t6",
                        "Train support team - Tom, 15 April",
                        "text",
                        mark="open",
                        wrap=720,
                        tags=("todo", "owner", "date"),
                    ),
                ),
            ),
        ),
        (
            Part(
                "call",
                "list",
                (
                    Item(
                        "c1",
                        "Launch: Monday 20 April!",
                        "text",
                        "red",
                        tags=("date",),
                        underline=True,
                    ),
                ),
            ),
        ),
    ),
    style=Style("ruled", "caveat", ink="blue", text=40, pen=3.0),
    camera=Camera(
        1500,
        1300,
        yaw=4,
        pitch=-9,
        roll=-2.4,
        shadow=0.5,
        light=0.4,
        warmth=0.8,
        blur=0.6,
        noise=2.5,
        margin=0.06,
    ),
    seed=15,
)

_DECISION = BoardSpec(
    title="Decision: payment provider",
    rows=(
        (
            Part(
                "options",
                "table",
                cells(
                    "c",
                    [
                        ["", "Fee", "WeChat Pay", "Payout", "Effort"],
                        ["Stripline", "1.4%", "no", "2 days", "1 week"],
                        ["PayNorth", "1.9%", "yes", "1 day", "3 weeks"],
                        ["Bank direct", "0.8%", "no", "5 days", "8 weeks"],
                    ],
                ),
            ),
        ),
        (
            Part(
                "why",
                "list",
                (
                    Item(
                        "d1",
                        "We take PayNorth",
                        "text",
                        "green",
                        tags=("decision",),
                        underline=True,
                        size=1.15,
                    ),
                    Item(
                        "d2", "Chinese customers need WeChat Pay", "text", mark="bullet", wrap=560
                    ),
                    Item(
                        "d3", "Fee is higher but payout is fastest", "text", mark="bullet", wrap=560
                    ),
                ),
            ),
            Part(
                "next",
                "list",
                (
                    Item(
                        "e1",
                        "Contract: Aisha by 31 March",
                        "text",
                        mark="open",
                        tags=("todo", "owner", "date"),
                    ),
                    Item(
                        "e2",
                        "Review the choice in 12 months",
                        "text",
                        mark="open",
                        wrap=560,
                        tags=("todo",),
                    ),
                ),
                heading="Next",
            ),
        ),
    ),
    style=Style("whiteboard", "architects-daughter", text=31, pen=3.6, ink="black"),
    seed=16,
)

_INCIDENT = BoardSpec(
    title="Incident 7 April: orders stuck",
    rows=(
        (
            Part(
                "time",
                "free",
                (
                    Item("i1", "14:02 Queue full", "text", "red", at=(110, 60), wrap=170),
                    Item("i2", "14:10 Alarm to Jonas", "text", at=(430, 60), wrap=190),
                    Item("i3", "14:25 Mailer stopped", "text", at=(760, 60), wrap=190),
                    Item("i4", "14:40 Queue drained", "text", at=(1090, 60), wrap=190),
                    Item("i5", "15:05 All orders sent", "text", "green", at=(1420, 60), wrap=190),
                    Item(
                        "cause",
                        "Root cause: mailer retried forever",
                        "box",
                        "red",
                        at=(300, 290),
                        wrap=330,
                        tags=("risk",),
                    ),
                    Item("effect", "340 orders late, none lost", "box", at=(860, 290), wrap=280),
                ),
            ),
        ),
        (
            Part(
                "after",
                "list",
                (
                    Item(
                        "a1",
                        "Cap retries at 5 - Jonas",
                        "text",
                        mark="open",
                        tags=("todo", "owner"),
                    ),
                    Item(
                        "a2",
                        "Alarm at half-full queue - Priya",
                        "text",
                        mark="open",
                        tags=("todo", "owner"),
                    ),
                    Item("a3", "Say sorry by mail - Tom", "text", mark="done"),
                ),
                heading="Follow-up",
            ),
        ),
    ),
    links=(
        Link("i1", "i2"),
        Link("i2", "i3"),
        Link("i3", "i4"),
        Link("i4", "i5"),
        Link("cause", "i1", "led to", color="red"),
        Link("i1", "effect", dashed=True),
    ),
    style=Style("whiteboard", "neucha", ink="blue", text=36, pen=4.2, ghost=0.6),
    camera=Camera(
        1900,
        1300,
        yaw=6,
        pitch=7,
        roll=1.6,
        glare=0.4,
        light=0.45,
        warmth=-0.2,
        blur=0.9,
        noise=3.0,
        quality=80,
    ),
    seed=17,
)

_JOURNEY = BoardSpec(
    title="User journey: first subscription",
    rows=(
        (
            Part(
                "journey",
                "lanes",
                (
                    Item("j1", "Sees a friend's tea", "box", cell=(0, 0), wrap=180),
                    Item("j2", "Takes the taste quiz", "box", cell=(0, 1), wrap=180),
                    Item("j3", "Picks a monthly box", "box", cell=(0, 2), wrap=180),
                    Item("j4", "Opens the first parcel", "box", cell=(0, 3), wrap=180),
                    Item("f1", "curious", "text", "green", cell=(1, 0)),
                    Item("f2", "quiz is too long", "text", "red", cell=(1, 1), wrap=180),
                    Item(
                        "f3",
                        "can I cancel?",
                        "text",
                        "red",
                        cell=(1, 2),
                        wrap=180,
                        tags=("question",),
                    ),
                    Item("f4", "delighted", "text", "green", cell=(1, 3)),
                    Item("g1", "Referral code", "sticky", fill="yellow", cell=(2, 0)),
                    Item("g2", "Cut quiz to 4 questions", "sticky", fill="yellow", cell=(2, 1)),
                    Item("g3", "Show cancel any time", "sticky", fill="yellow", cell=(2, 2)),
                    Item("g4", "Handwritten card", "sticky", fill="yellow", cell=(2, 3)),
                ),
                lanes=("Does", "Feels", "Ideas"),
            ),
        ),
    ),
    links=(Link("j1", "j2"), Link("j2", "j3"), Link("j3", "j4")),
    style=Style("paper", "patrick-hand", text=30, pen=2.6),
    seed=18,
)

_RELEASE = BoardSpec(
    title="Release steps",
    rows=(
        (
            Part(
                "steps",
                "free",
                (
                    Item("s1", "Merge to main", "box", at=(110, 80), wrap=200),
                    Item("s2", "Run all tests", "box", at=(450, 80), wrap=200),
                    Item("s3", "Green?", "diamond", at=(800, 80)),
                    Item("s7", "Fix first", "box", "red", at=(1150, 80), wrap=200),
                    Item("s4", "Deploy to staging", "box", at=(800, 320), wrap=150),
                    Item(
                        "s5", "Tom tries an order", "box", at=(450, 320), wrap=170, tags=("owner",)
                    ),
                    Item("s6", "Deploy to production", "box", "green", at=(110, 320), wrap=160),
                ),
            ),
        ),
        (
            Part(
                "rules",
                "list",
                listed(
                    "u",
                    ["Never on Friday", "Roll back within 5 min", "Post in the #release channel"],
                    "number",
                ),
                heading="Rules",
            ),
        ),
    ),
    links=(
        Link("s1", "s2"),
        Link("s2", "s3"),
        Link("s3", "s4", "yes"),
        Link("s3", "s7", "no"),
        Link("s4", "s5"),
        Link("s5", "s6"),
        Link("s7", "s2", route="curve"),
    ),
    style=Style("squared", "kalam", ink="blue", text=29, pen=2.6),
    seed=19,
)

SAMPLES = (
    Sample("2026-03-02-checkout-flow.jpg", (_CHECKOUT,), datetime(2026, 3, 2, 10, 41, 7)),
    Sample("2026-03-09-architecture.png", (_ARCHITECTURE,)),
    Sample("2026-03-13-retro-sprint-12.jpg", (_RETRO,), datetime(2026, 3, 13, 16, 22, 40)),
    Sample("2026-03-24-payment-decision.png", (_DECISION,)),
    Sample("2026-04-01-okr-q2.png", (_OKR,)),
    Sample("2026-04-03-launch-todo.jpg", (_TODO,), datetime(2026, 4, 3, 9, 5, 13)),
    Sample("2026-04-07-incident.jpg", (_INCIDENT,), datetime(2026, 4, 7, 17, 30, 55)),
    Sample(
        "2026-04-14-journey-and-release.pdf", (_JOURNEY, _RELEASE), datetime(2026, 4, 14, 11, 0)
    ),
)
