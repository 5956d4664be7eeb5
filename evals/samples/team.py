"""English boards of the team: retro, goals, to-dos, an incident."""

from __future__ import annotations

from datetime import datetime

from evals.boards import BoardSpec, Camera, Item, Link, Part, Style
from evals.samples.sample import Sample, listed, notes

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

SAMPLES = (
    Sample("2026-03-13-retro-sprint-12.jpg", (_RETRO,), datetime(2026, 3, 13, 16, 22, 40)),
    Sample("2026-04-01-okr-q2.png", (_OKR,)),
    Sample("2026-04-03-launch-todo.jpg", (_TODO,), datetime(2026, 4, 3, 9, 5, 13)),
    Sample("2026-04-07-incident.jpg", (_INCIDENT,), datetime(2026, 4, 7, 17, 30, 55)),
)
