"""The compose file: no default secret, pinned images, health checks, settings that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.models.engines import command
from ingest.models.plan import Wanted, plan
from kb.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRETS = ("KB_API_KEY", "KB_VLM_API_KEY", "POSTGRES_PASSWORD", "QDRANT_API_KEY")
SECRET_NAME = re.compile(r"KEY|PASSWORD|TOKEN|SECRET", re.IGNORECASE)


def texts(value: Any) -> list[str]:
    """Return every string in a part of the file."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [str(value)]


def test_it_has_the_service_and_all_that_it_needs() -> None:
    assert set(SERVICES) == {"service", "postgres", "qdrant", "sglang"}


def test_nothing_starts_without_its_secrets() -> None:
    used = {
        name: rest
        for text in texts(SERVICES)
        for name, rest in re.findall(r"\$\{(\w+)([^}]*)\}", text)
    }
    assert set(SECRETS) <= set(used)
    for name in SECRETS:
        assert used[name].startswith(":?"), f"{name} has a default, or may be missing"
    assert not used["HF_TOKEN"].strip(":-")


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_never_written_out(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        if SECRET_NAME.search(key):
            assert re.fullmatch(r"\$\{\w+:[?-].*\}", value), key
    example = (DEPLOY / "example.env").read_text("utf-8")
    for secret in SECRETS:
        assert re.search(rf"^{secret}=$", example, flags=re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_and_watched(name: str) -> None:
    service = SERVICES[name]
    tag = service["image"].partition(":")[2]
    assert re.search(r"\d+\.\d+", tag), f"{service['image']} names no version"
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


def test_only_the_service_is_published_and_on_loopback() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert published == {"service": ["127.0.0.1:8040:8040"]}


def test_every_setting_exists() -> None:
    given = {name for name in SERVICES["service"]["environment"] if name.startswith("KB_")}
    known = {f"KB_{name.upper()}" for name in Settings.model_fields}
    assert given <= known
    assert {"KB_DATABASE_URL", "KB_QDRANT_URL", "KB_VLM_URL", "KB_API_KEY"} <= given


def test_what_is_waited_for_has_a_health_check() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[name]


def test_the_model_is_served_as_kb_model_serve_says() -> None:
    def filled(word: str) -> str:
        word = re.sub(r"\$\{KB_VLM_API_KEY:\?[^}]*\}", "the key", word)
        return re.sub(r"\$\{KB_MODEL:-([^}]*)\}", r"\1", word)

    model = "Qwen/Qwen3-VL-8B-Instruct"
    wanted = Wanted(model, gpus=1, memory_gb=80, host="0.0.0.0", key="the key")  # noqa: S104
    assert (
        tuple(map(filled, SERVICES["sglang"]["command"])) == command(plan(wanted), "sglang").words
    )
    places = SERVICES["service"]["environment"]["KB_VLM_URL"]
    assert places.endswith(f"sglang:{wanted.port}")


def test_named_volumes_are_declared() -> None:
    mounted = {one.partition(":")[0] for s in SERVICES.values() for one in s.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_the_image_is_built_of_what_is_in_the_repository() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.match(r"FROM \S+:\d+\.\d+\.\d+", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert re.search(r"^USER (?!root)", text, flags=re.MULTILINE)
    for line in re.findall(r"^COPY (.+) \S+$", text, flags=re.MULTILINE):
        for source in line.split():
            assert (DEPLOY.parent / source).exists(), source
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8")
    assert allowed.splitlines()[0] == "*"
