"""The tables of the catalog: the truth from which the index is derived.

Times are unix seconds, in UTC.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Root of all tables."""

    type_annotation_map: ClassVar = {list[str]: JSON, dict[str, Any]: JSON}


class SourceRow(Base):
    """One file by its content. ``state``: registered → extracted → ready, or failed, deleting.

    ``extracted`` means: scenes are in the catalog, the index may lack them. Whatever makes the
    index stale (new path, reindex) sets it, and the indexer brings it back to ``ready``.
    """

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("workspace", "sha256"), Index("ix_sources_state", "state"))

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    error_code: Mapped[str] = mapped_column(default="")
    error_message: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[float]


class LocationRow(Base):
    """Where a source was seen. The newest ready source of an origin replaces the older ones.

    ``latest`` tells the source that was seen there last; an older one stays until that is ready.
    """

    __tablename__ = "locations"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    source_id: Mapped[str] = mapped_column(
        ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    path: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    latest: Mapped[bool] = mapped_column(default=True, server_default=true())


class BoardRow(Base):
    """One board with its scene as JSON; nodes and relations repeat it for the graph.

    ``linked`` tells that its names and its likeness to other boards were looked at (`kb.links`).
    ``drawn_at`` is its moment (`kb.drawn`), told anew whenever its source is ready again.
    """

    __tablename__ = "boards"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(index=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    page: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    picture: Mapped[str] = mapped_column(index=True)
    picture_type: Mapped[str]
    scene: Mapped[str] = mapped_column(Text)
    captured_at: Mapped[float | None]
    created_at: Mapped[float]
    drawn_at: Mapped[float] = mapped_column(default=0.0, server_default="0")
    state: Mapped[str]
    linked: Mapped[bool] = mapped_column(default=False, server_default=false())


class NodeRow(Base):
    """A node of a scene; `key` is its normalised text, shared by same-named nodes."""

    __tablename__ = "nodes"
    __table_args__ = (Index("ix_nodes_key", "workspace", "key"),)

    board_id: Mapped[str] = mapped_column(
        ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True
    )
    node_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    x0: Mapped[float]
    y0: Mapped[float]
    x1: Mapped[float]
    y1: Mapped[float]
    color: Mapped[str | None]
    fill: Mapped[str | None]
    parent: Mapped[str | None]
    tags: Mapped[list[str]]
    confidence: Mapped[float]


class RelationRow(Base):
    """A relation of a scene, both ends on nodes of the same board."""

    __tablename__ = "relations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["board_id", "source"], ["nodes.board_id", "nodes.node_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["board_id", "target"], ["nodes.board_id", "nodes.node_id"], ondelete="CASCADE"
        ),
        Index("ix_relations_source", "board_id", "source"),
        Index("ix_relations_target", "board_id", "target"),
    )

    board_id: Mapped[str] = mapped_column(
        ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True
    )
    relation_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    source: Mapped[str]
    target: Mapped[str]
    label: Mapped[str] = mapped_column(Text)
    directed: Mapped[bool]
    confidence: Mapped[float]


class NameRow(Base):
    """A name that nodes of a workspace share: their `key`. It goes with its last node.

    ``vector`` is its meaning, little-endian float16 (`kb.links.meaning`): derived, made anew by a
    reindex.
    """

    __tablename__ = "names"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class _Decided:
    """What a user decided, if any: ``state`` is suggested, accepted or rejected."""

    score: Mapped[float]
    signals: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="suggested")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[float | None]
    note: Mapped[str] = mapped_column(Text, default="")


class LinkRow(_Decided, Base):
    """Two names of a workspace that may be one thing, ``a <= b``; it goes with either name.

    Equal names join by themselves; a row with ``a == b`` says that a user decided about it.
    """

    __tablename__ = "links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace", "a"], ["names.workspace", "names.key"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace", "b"], ["names.workspace", "names.key"], ondelete="CASCADE"
        ),
        Index("ix_links_b", "workspace", "b"),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    a: Mapped[str] = mapped_column(Text, primary_key=True)
    b: Mapped[str] = mapped_column(Text, primary_key=True)


class VersionRow(_Decided, Base):
    """Two boards that may be one board at two times, ``a < b`` by id; it goes with either board."""

    __tablename__ = "versions"

    a: Mapped[str] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True)
    b: Mapped[str] = mapped_column(
        ForeignKey("boards.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    workspace: Mapped[str] = mapped_column(index=True)
