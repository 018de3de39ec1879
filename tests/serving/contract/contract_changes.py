"""Compares two OpenAPI documents as a caller would: what of the old one no longer holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
SENT, ANSWERED = "sent", "answered"


def breaking_changes(old: Document, new: Document) -> list[str]:
    """Say, one line each, what breaks callers of the old document: removed or newly required things, changed types.

    Additions that callers may ignore (a path, an optional parameter, an answered field, an error status) are none.
    """
    return [*_path_changes(old, new)]


def _path_changes(old: Document, new: Document) -> Iterator[str]:
    for path, operations in old["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{name}: removed"
                continue
            yield from _parameter_changes(name, operation, now)
            yield from _body_changes(name, (old, operation), (new, now))
            yield from _answer_changes(name, (old, operation), (new, now))
            if operation.get("security", []) != now.get("security", []):
                yield f"{name}: who may call changed from {operation.get('security')} to {now.get('security')}"


def _parameter_changes(name: str, old: Document, new: Document) -> Iterator[str]:
    before = {(p["in"], p["name"]): p for p in old.get("parameters", [])}
    after = {(p["in"], p["name"]): p for p in new.get("parameters", [])}
    for key, parameter in before.items():
        if key not in after:
            yield f"{name}: parameter {key[1]} removed"
        elif _without_words(after[key]["schema"]) != _without_words(parameter["schema"]):
            yield f"{name}: parameter {key[1]} changed from {parameter['schema']} to {after[key]['schema']}"
    for key, parameter in after.items():
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"{name}: parameter {key[1]} is now required"


def _body_changes(name: str, old: tuple[Document, Document], new: tuple[Document, Document]) -> Iterator[str]:
    before, after = (side[1].get("requestBody", {}).get("content", {}) for side in (old, new))
    if before == {} and new[1].get("requestBody", {}).get("required"):
        yield f"{name}: a body is now required"
    for media_type, body in before.items():
        if media_type not in after:
            yield f"{name}: no longer takes {media_type}"
            continue
        yield from _schema_changes(
            f"{name} body", (old[0], body["schema"]), (new[0], after[media_type]["schema"]), SENT, ()
        )


def _answer_changes(name: str, old: tuple[Document, Document], new: tuple[Document, Document]) -> Iterator[str]:
    for status, response in old[1]["responses"].items():
        now = new[1]["responses"].get(status)
        if now is None:
            yield f"{name}: no longer describes {status}"
            continue
        for media_type, content in response.get("content", {}).items():
            if media_type not in now.get("content", {}):
                yield f"{name}: {status} is no longer {media_type}"
                continue
            was, is_now = content.get("schema", {}), now["content"][media_type].get("schema", {})
            yield from _schema_changes(f"{name} {status}", (old[0], was), (new[0], is_now), ANSWERED, ())


def _schema_changes(
    place: str, old: tuple[Document, Document], new: tuple[Document, Document], way: str, seen: tuple[str, ...]
) -> Iterator[str]:
    reference = old[1].get("$ref", "")
    if reference and reference in seen:
        return
    was, now = _resolved(*old), _resolved(*new)
    seen = (*seen, reference)
    for key in ("type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems"):
        if was.get(key) != now.get(key) and not _is_wider(key, was.get(key), now.get(key), way):
            yield f"{place}: {key} changed from {was.get(key)} to {now.get(key)}"
    fields, fields_now = was.get("properties", {}), now.get("properties", {})
    for field, schema in fields.items():
        if field not in fields_now:
            yield f"{place}: field {field} removed"
        else:
            yield from _schema_changes(f"{place}.{field}", (old[0], schema), (new[0], fields_now[field]), way, seen)
    required, required_now = set(was.get("required", [])), set(now.get("required", []))
    for field in sorted(required_now - required if way == SENT else required - required_now):
        yield f"{place}: field {field} is " + ("now required" if way == SENT else "no longer always there")
    if "items" in was:
        yield from _schema_changes(f"{place}[]", (old[0], was["items"]), (new[0], now.get("items", {})), way, seen)
    variants, variants_now = was.get("anyOf", []), now.get("anyOf", [])
    if len(variants) != len(variants_now):
        yield f"{place}: alternatives changed from {variants} to {variants_now}"
    for variant, variant_now in zip(variants, variants_now, strict=False):
        yield from _schema_changes(place, (old[0], variant), (new[0], variant_now), way, seen)


def _without_words(schema: Document) -> Document:
    """Leave out what only people read."""
    return {key: value for key, value in schema.items() if key not in ("title", "description", "examples")}


def _is_wider(key: str, was: Any, now: Any, way: str) -> bool:
    """Whether callers may send at least what they could, or are answered at most what they knew."""
    if key == "enum" and was is not None and now is not None:
        return set(was) <= set(now) if way == SENT else set(now) <= set(was)
    if way == SENT and key in ("maxLength", "maxItems") and was is not None:
        return now is None or now >= was
    if way == SENT and key in ("minLength", "minItems") and was is not None:
        return now is None or now <= was
    return False


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    found: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
