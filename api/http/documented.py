"""How endpoints tell about themselves in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from api.http.shapes import EXAMPLES, ErrorShape

_ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("The request makes no sense", "wrong_use", "this server has another name"),
    401: ("No key, or a wrong one", "refused", "no key, or a wrong one"),
    403: ("Asked by a page of another site", "foreign_origin", "pages of other sites may not"),
    404: ("No such board in this workspace", "not_found", "no board 'x' in workspace 'default'"),
    413: ("The request is too large", "too_large", "the request is larger than 209,715,200 bytes"),
    422: ("A value has the wrong form", "invalid_request", "query.limit: should be at most 500"),
    500: ("A bug", "bug", "a bug: something went wrong inside"),
    503: ("The store is busy or unreachable", "store_held", "the store is held by kb ingest"),
}
_READ = (400, 401, 404, 422, 500, 503)
_WRITE = (400, 401, 403, 404, 413, 422, 500, 503)


def errors(*, write: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the documented errors of an endpoint, each in the one shape."""
    return {status: _error(status) for status in (_WRITE if write else _READ)}


def _error(status: int) -> dict[str, Any]:
    description, code, message = _ERRORS[status]
    example = {"error": {"code": code, "message": message, "hint": ""}}
    return {
        "model": ErrorShape,
        "description": description,
        "content": {"application/json": {"example": example}},
    }


def answer(name: str, description: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the documented answer of an endpoint that gives JSON."""
    content = {"application/json": {"example": EXAMPLES[name]}}
    return {status: {"description": description, "content": content}}


def file_answer(description: str, **examples: Any) -> dict[int | str, dict[str, Any]]:
    """Return the documented answer of an endpoint that gives a file; by media type, with "_"."""
    content: dict[str, Any] = {}
    for name, example in examples.items():
        schema = {"type": "string"}
        if name.startswith("image"):
            content[name.replace("_", "/")] = {"schema": {**schema, "format": "binary"}}
        else:
            content[name.replace("_", "/")] = {"schema": schema, "example": example}
    return {200: {"description": description, "content": content}}


def body(name: str) -> dict[str, Any]:
    """Return `openapi_examples` for a request body."""
    return {"usual": {"value": EXAMPLES[name]}}


UPLOAD_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "One or more boards, or zips of boards",
                        }
                    },
                },
                "example": {"file": ["order-flow.excalidraw"]},
            }
        },
    }
}
