"""Every setting, in one tree. Read from the environment (``KB_…``) and from a TOML file.

The file is ``config.toml`` in the user's configuration folder, or what ``KB_CONFIG`` names. The
environment wins over the file, the file over the defaults. ``docs/settings.md`` tells each one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_cache_dir, user_config_dir, user_data_dir
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from kb.errors import WrongUse

APP = "whiteboard-kb"


def config_file() -> Path:
    """Return where the settings file is looked for."""
    named = os.environ.get("KB_CONFIG")
    return Path(named) if named else Path(user_config_dir(APP)) / "config.toml"


class Settings(BaseSettings):
    """All settings. Sizes are in the unit that the name tells; an empty URL means "embedded"."""

    model_config = SettingsConfigDict(env_prefix="KB_", extra="forbid", frozen=True)

    home: Path = Field(Path(user_data_dir(APP)), description="Folder of the catalog, blobs, index")
    cache_dir: Path = Field(
        Path(user_cache_dir(APP)), description="Folder of what can be made again: converted models"
    )
    workspace: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = Field(
        "default", description="Workspace that commands use unless told otherwise"
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of the catalog; empty: SQLite in the home folder"
    )
    blobs_url: str = Field("", description="fsspec URL of the blobs; empty: a folder in home")
    qdrant_url: str = Field("", description="URL of a Qdrant server; empty: embedded")
    qdrant_api_key: SecretStr = Field(SecretStr(""), description="Key of the Qdrant server")
    collection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = Field(
        "kb", description="Name of the Qdrant collection"
    )
    embedding_model: str = Field(
        "", description="sentence-transformers name or folder; empty: the bundled multilingual e5"
    )
    llm_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = Field(
        "", description="URL of an OpenAI-compatible server that writes answers; empty: none"
    )
    llm_model: Annotated[str, Field(min_length=1)] = Field(
        "default", description="Name of the served model"
    )
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key of the model server")
    llm_timeout_s: Annotated[float, Field(gt=0)] = Field(
        60.0, description="Longest time for one reply of the served model, seconds"
    )
    llm_max_tokens: Annotated[int, Field(ge=16, le=8192)] = Field(
        600, description="Most tokens of one written answer"
    )
    llm_context_tokens: Annotated[int, Field(ge=2048)] = Field(
        8192, description="Tokens that the served model takes in, answer included"
    )
    llm_extra: dict[str, Any] = Field({}, description="Further fields of each request to it, JSON")
    llm_thinks: bool = Field(
        False, description="Whether its replies begin with thoughts, whose end is </think>"
    )
    extractor: Literal["auto", "local", "vlm"] = Field("auto", description="Who reads the pictures")
    conventions: Path | None = Field(
        None, description="YAML file of what marks mean, or a folder with one for each workspace"
    )
    jobs: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="Worker processes of an ingest; 0: one per processor"
    )
    vlm_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = Field(
        "", description="URL of an OpenAI-compatible server with a vision model; empty: none"
    )
    vlm_model: str = Field("", description="Its name there; empty: the first that is listed")
    vlm_api_key: SecretStr = Field(SecretStr(""), description="Key of the model server")
    vlm_timeout_s: Annotated[float, Field(gt=0)] = Field(
        60.0, description="Longest wait for one answer of the model, seconds"
    )
    vlm_window: Annotated[int, Field(ge=1, le=256)] = Field(
        16, description="Most requests at the model server at a time"
    )
    vlm_hints: bool = Field(
        True, description="Whether the local extractor tells the model what it saw"
    )
    vlm_image_tokens: Annotated[int, Field(ge=16, le=16_384)] = Field(
        2048, description="Most tokens that one picture takes in the model"
    )
    vlm_answer_tokens: Annotated[int, Field(ge=64, le=32_768)] = Field(
        4096, description="Most tokens of one answer"
    )
    tune_python: str = Field(
        "", description="Python of the environment that has ms-swift; empty: that of .venv-tune"
    )
    rerank_model: str = Field(
        "", description="CrossEncoder, by name or folder, or the rerank server's model; empty: none"
    )
    rerank_url: str = Field("", description="Server with /v1/rerank; empty: none")
    rerank_api_key: SecretStr = Field(SecretStr(""), description="Key of the rerank server")
    max_source_mb: Annotated[int, Field(ge=1)] = Field(200, description="Largest source, MB")
    max_megapixels: Annotated[int, Field(ge=1)] = Field(100, description="Largest picture, MP")
    max_pages: Annotated[int, Field(ge=1)] = Field(500, description="Most pages of one source")
    max_elements: Annotated[int, Field(ge=1, le=10_000)] = Field(
        10_000, description="Most elements of one board file"
    )
    max_members: Annotated[int, Field(ge=1)] = Field(10_000, description="Most files in one zip")
    max_unpacked_mb: Annotated[int, Field(ge=1)] = Field(2048, description="One zip unpacked, MB")
    source_timeout_s: Annotated[float, Field(gt=0)] = Field(
        120.0, description="Longest time for one board of a source, seconds"
    )
    lock_wait_s: Annotated[float, Field(ge=0)] = Field(
        30.0, description="How long to wait for another process that holds the store, seconds"
    )
    api_host: str = Field("127.0.0.1", description="Address that the API listens on")
    api_port: Annotated[int, Field(ge=1, le=65535)] = Field(8040, description="Port of the API")
    api_key: SecretStr = Field(
        SecretStr(""), description="Key that API callers must send; needed off loopback"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much is logged to stderr"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @property
    def catalog_url(self) -> str:
        """Return the SQLAlchemy URL of the catalog."""
        if self.database_url:
            return self.database_url
        from sqlalchemy import URL  # it quotes what stands for something in a URL

        place = str(self.home / "catalog.sqlite")
        return URL.create("sqlite", database=place).render_as_string()

    @property
    def blob_folder_url(self) -> str:
        """Return the fsspec URL of the blob folder, or its bare path: fsspec unquotes nothing."""
        return self.blobs_url or str((self.home / "blobs").absolute())


def load_settings(**overrides: Any) -> Settings:
    """Read the settings. Raises `WrongUse` naming the setting that is wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        if first["type"] == "extra_forbidden":
            raise WrongUse(
                f"there is no setting {name!r} ({config_file()})",
                hint="docs/settings.md tells all of them",
                code="bad_setting",
            ) from error
        raise WrongUse(
            f"setting {name}: {first['msg']}",
            hint=f"see KB_{name.upper()} in docs/settings.md",
            code="bad_setting",
        ) from error
    except (OSError, ValueError) as error:
        raise WrongUse(
            f"the settings file {config_file()} can't be read: {error}", code="bad_setting"
        ) from error


def provenance(settings: Settings) -> list[tuple[str, str, str]]:
    """Return ``(name, value as text, where it came from)`` for each setting; secrets are hidden."""
    from_env = EnvSettingsSource(Settings)()
    from_file = TomlConfigSettingsSource(Settings, config_file())()
    rows = []
    for name in Settings.model_fields:
        if name in from_env:
            origin = f"environment KB_{name.upper()}"
        elif name in from_file:
            origin = f"file {config_file()}"
        else:
            origin = "default"
        rows.append((name, str(getattr(settings, name)), origin))
    return rows
