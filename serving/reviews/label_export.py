"""Exports reviews as training labels: a manifest of the reviewed checks of a store, with their photos."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, selectinload

from serving.audit_log.entry import new_entry
from serving.principal import COMMAND_LINE
from serving.store.audit_rows import append_entry
from serving.store.database.named_store import connect_store, is_address
from serving.store.database.postgresql import parse_address
from serving.store.photos.location import open_photo_reader
from serving.store.photos.object_storage import ObjectStorageSettings
from serving.store.tables import BuyRow, CheckRow, ReviewRow
from vision.errors import ConfigError, PhotoError
from vision.photo.format import sniff_format

COLUMNS = ("photo", "label", "product", "listing", "seller", "view", "source", "check_id", "reviewed_at")
CANT_TELL = "cant_tell"
SOURCE = "reviewer"
TEST_BUY_SOURCE = "test_buy"
OUTCOMES = ("genuine", "counterfeit")  # of a test buy that says what the item is
_BUYS_WITH_OUTCOME = select(BuyRow).where(BuyRow.state.in_(OUTCOMES)).order_by(BuyRow.moved_at, BuyRow.buy_id)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExportedLabels:
    """The numbers of an export: listings by label, photos, and what was left out."""

    listings: dict[str, int]
    photos: int
    undecided: int  # listings whose latest review is cant_tell
    photos_missing: int  # photos that the store no longer has


def export_labels(
    store: str, out: Path, *, photos: str = "", object_storage: ObjectStorageSettings | None = None
) -> ExportedLabels:
    """Write the manifest `out` and copy its photos into `<out without .csv>_photos` beside it.

    `store` is a folder, or the address of a PostgreSQL; `photos` is where its photos are, empty for the folder.

    A listing's label is the outcome of its latest test buy, or else its latest review in force over all its checks: a
    withdrawn one counts for nothing, and one with `cant_tell` leaves the listing out. A listing that was checked as
    several products is one listing for each.
    The audit log records the export before anything is written.

    Raises ConfigError when there is no store to read, and StoreUnavailable when its photos cannot be read.
    """
    if is_address(store) and not photos:
        raise ConfigError("photos: the store is a database, so name where its photos are, as `photos` in the settings")
    engine = connect_store(store)
    try:
        with Session(engine) as session:
            decided = _latest_by_listing(session)
            labelled = {key: found for key, found in decided.items() if found.decision != CANT_TELL}
            listings: dict[str, int] = dict(Counter(found.decision for found in labelled.values()))
        with Session(engine) as session, session.begin():  # first: what cannot be recorded is not exported
            append_entry(
                session, new_entry(COMMAND_LINE, "labels.exported", "labels", "csv", {"listings": {**listings}})
            )
    except DBAPIError as error:
        raise ConfigError(
            f"store: {_shown(store)} cannot be read, or the export not recorded in its audit log "
            f"({str(error.orig).strip()}); start its server once to update it"
        ) from error
    finally:
        engine.dispose()
    read_photo = open_photo_reader(photos or store, object_storage or ObjectStorageSettings())
    rows, missing = _write_photos(labelled, read_photo, out)
    _write_manifest(rows, out)
    return ExportedLabels(
        listings=listings,
        photos=len(rows),
        undecided=len(decided) - len(labelled),
        photos_missing=missing,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedPhoto:
    """A photo of a reviewed check."""

    sha256: str
    view: str | None
    check_id: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedListing:
    """A listing with its latest decision and its distinct photos."""

    listing: str
    seller: str | None
    product: str
    source: str  # who decided
    decision: str
    reviewed_at: str
    photos: tuple[ReviewedPhoto, ...]


def _shown(store: str) -> str:
    """Give a store's name without the password that an address may have."""
    return parse_address(store).render_as_string() if is_address(store) else store


def _latest_by_listing(session: Session) -> dict[tuple[str, str], ReviewedListing]:
    """Give each decided listing and product, oldest check first; a check without a listing id is its own listing."""
    bought = {buy.check_id: buy for buy in session.scalars(_BUYS_WITH_OUTCOME)}
    has_review = exists().where(ReviewRow.check_id == CheckRow.check_id, ReviewRow.withdrawn_at.is_(None))
    has_outcome = exists().where(BuyRow.check_id == CheckRow.check_id, BuyRow.state.in_(OUTCOMES))
    query = (
        select(CheckRow)
        .where(or_(has_review, has_outcome))
        .options(selectinload(CheckRow.reviews), selectinload(CheckRow.photos))
        .order_by(CheckRow.check_id)
    )
    groups: dict[tuple[str, str], list[CheckRow]] = {}
    for row in session.scalars(query):
        groups.setdefault((row.listing_id or row.check_id, row.product), []).append(row)
    names = _distinct_names(groups)
    return {key: _merge(names[key], rows, bought) for key, rows in groups.items()}


def _distinct_names(groups: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Name each listing of the manifest by its id, with its product where it was checked as several.

    A caller may have used such a name as an id, so one that is taken gets a number.
    """
    keys = list(groups)
    products_of = Counter(listing for listing, _ in keys)
    names = {key: key[0] for key in keys if products_of[key[0]] == 1}
    taken = set(names.values())
    for listing, product in keys:
        if products_of[listing] > 1:
            wanted = f"{listing}/{product}"
            numbered = itertools.chain([wanted], (f"{wanted}/{number}" for number in itertools.count(2)))
            names[listing, product] = next(name for name in numbered if name not in taken)
            taken.add(names[listing, product])
    return names


def _merge(listing: str, rows: Sequence[CheckRow], bought: Mapping[str, BuyRow]) -> ReviewedListing:
    source, decision, decided_at = _decision_of(rows, [bought[row.check_id] for row in rows if row.check_id in bought])
    photos = {photo.sha256: photo for row in rows for photo in _photos_of(row)}
    return ReviewedListing(
        listing=listing,
        seller=next((row.seller_id for row in reversed(rows) if row.seller_id), None),
        product=rows[0].product,
        source=source,
        decision=decision,
        reviewed_at=decided_at.isoformat(timespec="seconds"),
        photos=tuple(photos.values()),
    )


def _decision_of(rows: Sequence[CheckRow], buys: Sequence[BuyRow]) -> tuple[str, str, datetime.datetime]:
    """Give who decided, what and when: whoever held the item is believed before those who saw its photos."""
    if buys:
        buy = max(buys, key=lambda one: (one.moved_at, one.buy_id))
        return TEST_BUY_SOURCE, buy.state, buy.moved_at
    latest = max(
        (review for row in rows for review in row.reviews if review.withdrawn_at is None),
        key=lambda review: review.review_id,
    )
    return SOURCE, latest.decision, latest.created_at


def _photos_of(row: CheckRow) -> Iterator[ReviewedPhoto]:
    views = row.views or [None] * len(row.photos)
    for photo in row.photos:
        if photo.kept:
            yield ReviewedPhoto(sha256=photo.sha256, view=views[photo.position], check_id=row.check_id)


def _write_photos(
    labelled: dict[tuple[str, str], ReviewedListing], read_photo: Callable[[str], bytes | None], out: Path
) -> tuple[list[dict[str, str]], int]:
    """Copy every photo once, named by its SHA-256; give the manifest's rows and how many photos are missing."""
    folder = out.with_name(f"{out.stem}_photos")
    folder.mkdir(parents=True, exist_ok=True)
    rows, missing = [], 0
    for listing in labelled.values():
        for photo in listing.photos:
            data = read_photo(photo.sha256)
            if data is None:
                missing += 1
                continue
            copy = folder / f"{photo.sha256[:32]}.{_suffix(data)}"
            if not copy.exists():
                copy.write_bytes(data)
            rows.append(_row(listing, photo, copy.relative_to(out.parent)))
    return rows, missing


def _row(listing: ReviewedListing, photo: ReviewedPhoto, copy: Path) -> dict[str, str]:
    return {
        "photo": copy.as_posix(),
        "label": listing.decision,
        "product": listing.product,
        "listing": listing.listing,
        "seller": listing.seller or "",
        "view": photo.view or "",
        "source": listing.source,
        "check_id": photo.check_id,
        "reviewed_at": listing.reviewed_at,
    }


def _suffix(data: bytes) -> str:
    try:
        return {"jpeg": "jpg"}.get(sniff_format(data), sniff_format(data))
    except PhotoError:  # it was readable when it was stored, maybe by a version that read more formats
        return "bin"


def _write_manifest(rows: Sequence[dict[str, str]], out: Path) -> None:
    """Write the table atomically, so that an interrupted export leaves no partial manifest."""
    partial = out.with_name(f".{out.name}.partial")
    with partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(out)
