"""Reads a row of a table of cases: one case with one listing, or the column and the reason why it is none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import ValidationError

from serving.errors import RequestInvalid, RequestRefused
from serving.principal import Principal
from serving.schemas.enforcement.cases import CaseFault, CaseSent
from serving.schemas.faults import words_of
from serving.store.cases.case_values import NewCase, NewListing

OF_CASE: Final = ("product", "ground", "country", "statement")
OF_LISTING: Final = ("listing_id", "seller_id", "url", "check_id")
OF_VALUE: Final = ("value_amount", "value_currency")
REFERENCE: Final = "reference"
COLUMNS: Final = (REFERENCE, *OF_CASE, *OF_LISTING, *OF_VALUE)
MAX_REFERENCE: Final = 100


def read_header(fields: Sequence[str]) -> tuple[str, ...]:
    """Give the columns of a table, in order; raises RequestInvalid."""
    names = tuple(field.strip().lower() for field in fields)
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise _invalid(f"{unknown[0][:40]!r} is no column; there are {', '.join(COLUMNS)}")
    if len(set(names)) < len(names):
        raise _invalid("a column is named twice")
    if "country" not in names:
        raise _invalid("the column country is missing")
    if not set(names) & {"listing_id", "url", "check_id"}:
        raise _invalid("a listing is named by listing_id, url or check_id; give at least one of these columns")
    return names


def read_row(principal: Principal, line: int, columns: Sequence[str], fields: Sequence[str]) -> NewCase | CaseFault:
    """Give the case of a row, or its fault.

    A row is opened once: by its `reference` where it has one, and else by its content.
    """
    if len(fields) != len(columns):
        return CaseFault(
            line=line, column=None, code="request_invalid", reason=f"has {len(fields)} fields, not {len(columns)}"
        )
    cells = {name: field.strip() for name, field in zip(columns, fields, strict=True) if field.strip()}
    reference = cells.pop(REFERENCE, None)
    if reference is not None and (len(reference) > MAX_REFERENCE or not reference.isprintable()):
        reason = f"must have at most {MAX_REFERENCE} printable characters"
        return CaseFault(line=line, column=REFERENCE, code="request_invalid", reason=reason)
    try:
        sent = CaseSent.model_validate(_nested(cells))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        code = "unsafe_text" if found["type"] == "unsafe_text" else "request_invalid"
        return CaseFault(line=line, column=_column_of(found["loc"]), code=code, reason=words_of(found))
    owner = principal.member_id or "operator"
    content = hashlib.sha256(json.dumps([owner, cells], sort_keys=True).encode()).hexdigest()
    listing = sent.listings[0]
    return NewCase(
        opened_by="operator" if principal.is_operator else "member",
        listings=(
            NewListing(
                listing_id=listing.listing_id,
                seller_id=listing.seller_id,
                url=listing.url,
                check_id=listing.check_id,
                value_amount=None if listing.value is None else listing.value.amount,
                value_currency=None if listing.value is None else listing.value.currency,
            ),
        ),
        country=sent.country,
        product=sent.product,
        ground=sent.ground,
        statement=sent.statement,
        origin_key=f"row:{content}" if reference is None else f"row:{owner}:{reference}",
        fingerprint=content,
    )


def fault_of(line: int, error: RequestRefused) -> CaseFault:
    """Give the fault of a row that could be read and not be opened."""
    if error.code == "idempotency_key_reused":
        reason = "a case with this reference was opened with other content; give another reference"
        return CaseFault(line=line, column=REFERENCE, code=error.code, reason=reason)
    named = {"case_check_missing": "check_id", "calendar_unknown": "country"}.get(error.code)
    if isinstance(error, RequestInvalid) and error.errors and error.errors[0][0] in COLUMNS:
        named, reason = error.errors[0]
        return CaseFault(line=line, column=named, code=error.code, reason=reason)
    return CaseFault(line=line, column=named, code=error.code, reason=error.message)


def _nested(cells: Mapping[str, str]) -> dict[str, object]:
    listing: dict[str, object] = {name: cells[name] for name in OF_LISTING if name in cells}
    value = {name.removeprefix("value_"): cells[name] for name in OF_VALUE if name in cells}
    if value:
        listing["value"] = value
    return {**{name: cells[name] for name in OF_CASE if name in cells}, "listings": [listing]}


def _column_of(place: Sequence[int | str]) -> str | None:
    """Name the column of a fault by its place in a `CaseSent`."""
    names = [str(step) for step in place if step not in ("listings", 0)]
    if not names:
        return "listing_id"
    name = "_".join(names)
    return name if name in COLUMNS else f"value_{names[-1]}" if names[0] == "value" else names[0]


def _invalid(message: str) -> RequestInvalid:
    return RequestInvalid(f"the first line: {message}", [("header", message)])
