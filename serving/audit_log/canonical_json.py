"""One spelling of a JSON value, so that its hash can be computed again from any file that has it."""

from __future__ import annotations

import hashlib
import json

from pydantic import JsonValue


def canonical_json(value: JsonValue) -> str:
    """Give the JSON text of a value by RFC 8785: keys sorted, no spaces, nothing escaped that need not be.

    Numbers must be whole, because languages write fractions differently, and keys ASCII, which all sort alike; raises
    ValueError otherwise.
    """
    _require_portable(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(value: JsonValue) -> str:
    """Give the SHA-256 of a value's canonical JSON in UTF-8, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def _require_portable(value: JsonValue) -> None:
    if isinstance(value, float):
        raise ValueError(f"{value} is a number with a fraction; write it as a string")
    if isinstance(value, list):
        for one in value:
            _require_portable(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if not key.isascii():
                raise ValueError(f"the key {key!r} is not ASCII")
            _require_portable(one)
