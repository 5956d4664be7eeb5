"""English boards about the product: flow, architecture, decision, journey, release."""

from __future__ import annotations

from datetime import datetime

from evals.boards import BoardSpec, Camera, Item, Link, Part, Style
from evals.samples.sample import Sample, cells, listed

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
    Sample("2026-03-24-payment-decision.png", (_DECISION,)),
    Sample(
        "2026-04-14-journey-and-release.pdf",
        (_JOURNEY, _RELEASE),
        datetime(2026, 4, 14, 11, 0),
    ),
)
