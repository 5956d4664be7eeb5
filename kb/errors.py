"""Every error that this product raises on purpose, in one tree.

::

    KBError                 anything the product says no to         exit 1, HTTP 500
    ├── BadSource           a file that can't be taken in           exit 3, HTTP 422
    ├── WrongUse            a question or option that makes no sense exit 2, HTTP 400
    ├── NotFound            a board or source that isn't there      exit 2, HTTP 404
    ├── Refused             no key, wrong key, foreign workspace    exit 2, HTTP 401
    ├── StoreHeld           another process is writing              exit 1, HTTP 503
    └── StoreDamaged        the store contradicts itself            exit 1, HTTP 500

Anything else that escapes is a bug. The command line and the HTTP API print all of them in one
shape: ``{"error": {"code", "message", "hint"}}``.
"""

from __future__ import annotations


class KBError(Exception):
    """Base of all deliberate errors.

    Attributes:
        code: stable, machine-readable, snake_case.
        message: one sentence that names the thing and the reason.
        hint: what to do about it, or "".
    """

    code = "error"
    exit_code = 1
    http_status = 500

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def as_dict(self) -> dict[str, dict[str, str]]:
        """Return the one error shape of the command line and the API."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}


class BadSource(KBError):
    """A file that can't be read as a board: the file's fault, not ours.

    Codes in use: ``unsupported_format``, ``empty``, ``corrupt``, ``too_large``, ``too_many_pages``,
    ``too_many_elements``, ``encrypted``, ``unsafe_path``, ``unreadable``, ``changed_while_read``,
    ``timeout``, ``worker_crashed``.
    """

    code = "corrupt"
    exit_code = 3
    http_status = 422


class WrongUse(KBError):
    """The caller asked for something that makes no sense."""

    code = "wrong_use"
    exit_code = 2
    http_status = 400


class NotFound(KBError):
    """No such board or source in this workspace."""

    code = "not_found"
    exit_code = 2
    http_status = 404


class Refused(KBError):
    """The caller may not do this."""

    code = "refused"
    exit_code = 2
    http_status = 401


class StoreHeld(KBError):
    """Another process writes to this store just now."""

    code = "store_held"
    http_status = 503


class StoreDamaged(KBError):
    """Catalog, blobs and index contradict each other in a way that needs `kb check --repair`."""

    code = "store_damaged"
