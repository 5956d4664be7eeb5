from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import WrongUse
from kb.settings import load_settings, provenance


@pytest.fixture(autouse=True)
def _own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CONFIG", str(tmp_path / "config.toml"))


def test_environment_wins_over_file_wins_over_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('jobs = 3\nworkspace = "team"\n')
    monkeypatch.setenv("KB_JOBS", "5")
    settings = load_settings()
    assert (settings.jobs, settings.workspace, settings.collection) == (5, "team", "kb")
    origins = {name: origin for name, _, origin in provenance(settings)}
    assert origins["jobs"] == "environment KB_JOBS"
    assert origins["workspace"].startswith("file ")
    assert origins["collection"] == "default"


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_API_KEY", "hunter2")
    settings = load_settings()
    assert "hunter2" not in str(provenance(settings))
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [("KB_JOBS", "-1"), ("KB_WORKSPACE", "a b"), ("KB_EXTRACTOR", "magic"), ("KB_API_PORT", "0")],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongUse) as caught:
        load_settings()
    assert name.removeprefix("KB_").lower() in caught.value.message
    assert name in caught.value.hint


def test_an_unknown_name_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("jbos = 3\n")
    with pytest.raises(WrongUse, match="there is no setting 'jbos'") as caught:
        load_settings()
    assert "KB_JBOS" not in caught.value.hint


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("jobs = = 3")
    with pytest.raises(WrongUse, match=r"config\.toml"):
        load_settings()


def test_no_default_password_and_loopback() -> None:
    settings = load_settings()
    assert settings.api_key.get_secret_value() == ""
    assert settings.api_host == "127.0.0.1"
