"""When two listings of cases are one and the same: by their id, else by their address, else by their check."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, String, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session

from serving.errors import RequestInvalid
from serving.schemas.enforcement.cases import CaseState
from serving.store.cases.case_values import NewListing
from serving.store.tables import CaseListingRow, CaseRow

Identity = tuple[str, str]
_NAMES = ("listing_id", "url", "check_id")


def identity_of(listing: NewListing | CaseListingRow) -> Identity | None:
    """Give what a listing is known by, None where nothing is left of it: its seller was erased."""
    return next(((name, value) for name in _NAMES if (value := getattr(listing, name)) is not None), None)


def identity_column() -> ColumnElement[str]:
    """Give the same as an expression, to count listings once; one that was erased counts for itself."""
    named = (literal(f"{name} ") + getattr(CaseListingRow, name) for name in _NAMES)
    place = CaseListingRow.case_id + literal(" ") + cast(CaseListingRow.position, String)
    return func.coalesce(*named, place)


def require_each_once(listings: Sequence[CaseListingRow]) -> None:
    """Raise RequestInvalid where a listing comes twice: it would be counted, explained and announced twice."""
    places: dict[Identity, int] = {}
    for position, listing in enumerate(listings):
        identity = identity_of(listing)
        if identity is not None and (first := places.setdefault(identity, position)) != position:
            name, value = identity
            field = f"listings.{position}"
            message = f"is the listing of listings.{first} again ({name} {value[:80]!r}); name each listing once"
            raise RequestInvalid(f"{field}: {message}", [(field, message)])


def find_in_cases(
    session: Session, product: str | None, listings: Sequence[NewListing], ended: Collection[CaseState]
) -> set[Identity | None]:
    """Give which of these listings are in a case of the product that has not ended."""
    query = select(CaseListingRow).join(CaseRow, CaseRow.case_id == CaseListingRow.case_id)
    same = named_as(filter(None, map(identity_of, listings)))
    found = session.scalars(query.where(CaseRow.product == product, CaseRow.state.not_in(sorted(ended)), same))
    return {identity_of(one) for one in found}


def named_as(identities: Iterable[Identity]) -> ColumnElement[bool]:
    """Match listings that have one of these ids, addresses or checks; compare their identities then.

    One that also has an id matches by its address, and is another listing.
    """
    wanted = sorted(identities)
    by_name = {name: [value for kind, value in wanted if kind == name] for name in _NAMES}
    return or_(false(), *(getattr(CaseListingRow, name).in_(some) for name, some in by_name.items() if some))
