"""One door for everything that can go wrong: any exception becomes a `KBError`.

The command line and the HTTP API print the same object and differ only in exit code and status.
"""

from __future__ import annotations

import errno
import sys

from kb.errors import KBError, StoreDamaged, StoreHeld

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_HINT = "free some space on the disk of the store (KB_HOME) and of the temporary files"

# HTTP statuses of codes that say more than the class of their error.
_STATUS = {
    "too_large": 413,
    "disk_full": 507,
    "foreign_origin": 403,
    "method_not_allowed": 405,
    "catalog_unreachable": 503,
    "index_unreachable": 503,
    "starting": 503,
}


def as_kb_error(error: BaseException, *, reveal: bool = True) -> KBError:
    """Return `error` as a deliberate error: itself, a known trouble of the system, or a bug.

    Args:
        error: whatever was raised.
        reveal: put the text of a bug into the message; False for callers elsewhere.
    """
    if isinstance(error, KBError):
        return error
    for cause in _chain(error):
        known = _system(cause)
        if known is not None:
            return known
    what = f"{type(error).__name__}: {error}" if reveal else "something went wrong inside"
    return KBError(
        f"a bug: {what}",
        code="bug",
        hint="KB_LOG_LEVEL=debug shows the traceback; please report it"
        if reveal
        else "the log of the server has the traceback",
    )


def status_of(error: KBError) -> int:
    """Return the HTTP status of an error."""
    return _STATUS.get(error.code, error.http_status)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error with what caused it, innermost last; also SQLAlchemy's ``orig``."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        inner = getattr(current, "orig", None)
        current = inner if isinstance(inner, BaseException) else current.__cause__
    return found


def _system(error: BaseException) -> KBError | None:
    """Return what the operating system or the database says no to, or None."""
    if isinstance(error, MemoryError):
        return KBError("there is not enough memory", code="out_of_memory")
    if isinstance(error, OSError) and error.errno is not None:
        return _from_os(error)
    module = sys.modules.get("sqlite3")  # not imported: no SQLite error
    if module is not None and isinstance(error, module.Error):
        return _from_sqlite(error)
    database = sys.modules.get("sqlalchemy.exc")
    if database is not None and isinstance(error, database.OperationalError):
        orig = getattr(error, "orig", None)
        if module is None or not isinstance(orig, module.Error):
            return KBError(
                "the database does not answer", code="catalog_unreachable", hint="is it running?"
            )
    return None


def _from_os(error: OSError) -> KBError:
    where = f": {error.filename}" if error.filename else ""
    if error.errno in _FULL:
        return KBError(f"the disk is full{where}", code="disk_full", hint=_FULL_HINT)
    return KBError(f"{(error.strerror or str(error)).lower()}{where}", code="system_error")


def _from_sqlite(error: BaseException) -> KBError | None:
    told = str(error)
    if "is full" in told:
        return KBError("the disk is full", code="disk_full", hint=_FULL_HINT)
    if "locked" in told:
        return StoreHeld("the catalog is busy", hint="try again in a moment")
    if "malformed" in told or "not a database" in told:
        return StoreDamaged(f"the catalog is damaged: {told}", hint="restore it from a backup")
    if "readonly" in told or "unable to open" in told or "disk I/O" in told:
        return KBError(
            f"the catalog can't be used: {told}",
            code="catalog_unreachable",
            hint="check the rights and the disk of the store (KB_HOME)",
        )
    return None
