"""Every setting, command, option and endpoint is documented, and nothing that does not exist."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from api.cli.main import app
from api.http.app import create_app
from api.http.shapes import ErrorShape
from kb.scene import json_schema
from kb.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
METHODS = "GET|POST|PUT|PATCH|DELETE"


def commands(group: Any, path: str = "kb") -> Iterator[tuple[str, set[str]]]:
    """Give each command that does something, with its options and arguments."""
    if hasattr(group, "commands"):
        for name, command in group.commands.items():
            yield from commands(command, f"{path} {name}")
        return
    words: set[str] = set()
    for parameter in group.params:
        if parameter.param_type_name == "argument":
            words.add((parameter.metavar or parameter.name).upper().rstrip("…"))
        else:
            words.update(
                o for o in parameter.opts if o.startswith("--") or len(parameter.opts) == 1
            )
    yield path, words - {"--help"}


def sections(page: str) -> dict[str, str]:
    """Return the second-level sections of a page that are named by code, as ``## `kb ask` ``."""
    parts = re.split(r"^## `([^`]+)`.*$", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_and_option() -> None:
    documented = sections("commands.md")
    actual = dict(commands(typer.main.get_command(app)))
    assert set(documented) == set(actual)
    for path, words in actual.items():
        text = documented[path]
        told = set(re.findall(r"^\| `(?:-\w, )?([-\w]+)", text, flags=re.MULTILINE))
        assert told == words, path


def test_every_setting() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    told = re.findall(r"^\| `KB_(\w+)` \| ([^|]+) \|", text, flags=re.MULTILINE)
    assert [name.lower() for name, _ in told] == list(Settings.model_fields)
    for name, default in told:
        field = Settings.model_fields[name.lower()]
        if isinstance(field.default, int | float) or (
            isinstance(field.default, str) and field.default
        ):
            assert default.strip() == f"`{field.default}`", name


def test_no_page_names_a_setting_that_is_none() -> None:
    known = {f"KB_{name.upper()}" for name in Settings.model_fields} | {"KB_CONFIG"}
    for page in ("commands.md", "settings.md", "api.md"):
        named = set(re.findall(r"\bKB_[A-Z_]*[A-Z]\b", (DOCS / page).read_text("utf-8")))
        assert named <= known, page


def test_every_endpoint() -> None:
    told = set(
        re.findall(
            rf"^\| `({METHODS}) (/[^`]*)`", (DOCS / "api.md").read_text("utf-8"), re.MULTILINE
        )
    )
    paths = create_app(Settings(), warm=False).openapi()["paths"]
    actual = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert told == actual


def test_every_endpoint_has_examples_and_tells_its_errors() -> None:
    document = create_app(Settings(), warm=False).openapi()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["description"], where
            body = operation.get("requestBody", {}).get("content", {})
            assert all("example" in c or "examples" in c for c in body.values()), where
            check_responses(where, operation["responses"])


def check_responses(where: str, responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        for media, content in response.get("content", {}).items():
            assert media.startswith("image/") or "example" in content, (where, status)
            if int(status) >= 400:
                assert content["schema"]["$ref"].endswith("/ErrorShape"), (where, status)
                ErrorShape.model_validate(content["example"])
    if where != "get /healthz":
        assert {"401", "422", "500", "503"} <= set(responses), where


def test_examples_are_true(  # an example that does not fit its own shape misleads
) -> None:
    from api.boards import BoardPage
    from api.http import chat, shapes
    from kb.compare import Diff
    from kb.evidence import Answer, Said, SearchResult
    from kb.links.shapes import LinkPage, Versions
    from kb.minutes import Minutes
    from kb.scene import Scene
    from kb.timeline import Timeline

    for name, model in {
        "upload": shapes.UploadResult,
        "page": BoardPage,
        "removed": shapes.Removed,
        "search_body": shapes.SearchBody,
        "search": SearchResult,
        "ask_body": shapes.AskBody,
        "ask": Answer,
        "ask_event": Said,
        "models": chat.ModelList,
        "chat_body": chat.ChatBody,
        "chat": chat.ChatCompletion,
        "minutes": Minutes,
        "scene": Scene,
        "links": LinkPage,
        "link_body": shapes.LinkBody,
        "link": shapes.LinkResult,
        "versions": Versions,
        "version_body": shapes.VersionBody,
        "diff": Diff,
        "timeline": Timeline,
    }.items():
        model.model_validate(shapes.EXAMPLES[name])  # type: ignore[attr-defined]  # all are pydantic models


def test_scene_schema_is_the_one_in_the_code() -> None:
    path = DOCS / "scene.schema.json"
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("KB_REGENERATE") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text("utf-8") == text, "KB_REGENERATE=1 rewrites it"
