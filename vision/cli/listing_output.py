"""Verdicts of many listings as they come: aligned lines to read, CSV, or JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from typing import IO, Final, TypeAlias

from rich.console import Console
from rich.text import Text

from vision.cli.judge_listings import JudgedListing
from vision.cli.verdict_output import OUTCOME_COLOURS, Format, percent, verdict_table
from vision.verdict import Reason

Write: TypeAlias = Callable[[JudgedListing], None]

CSV_COLUMNS: Final = (
    *("listing", "outcome", "authenticity", "reason", "message", "photo", "photos", "unreadable", "beyond_twelve"),
    *("product", "counterfeit_share", "error"),
)
_LISTING_WIDTH: Final = 30


def open_writer(form: Format, stream: IO[str]) -> Write:
    """A function that writes a listing to the stream at once, after the head that the form has."""
    return _OPENERS[form](stream)


def _table(stream: IO[str]) -> Write:
    console = Console(file=stream, soft_wrap=True, highlight=False, emoji=False, markup=False)
    console.print(_line("listing", "outcome", "authenticity", "photos", "reason"))

    def write(judged: JudgedListing) -> None:
        verdict = judged.verdict
        outcome = verdict.outcome if verdict else "no verdict"
        text = _line(
            judged.listing.name,
            outcome,
            percent(verdict.authenticity) if verdict else "-",
            _photos_in_words(judged),
            _reason_in_words(judged),
        )
        if verdict:
            start = max(_LISTING_WIDTH, len(judged.listing.name)) + 1
            text.stylize(OUTCOME_COLOURS[verdict.outcome], start, start + len(outcome))
        console.print(text)

    return write


def _csv(stream: IO[str]) -> Write:
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    stream.flush()

    def write(judged: JudgedListing) -> None:
        verdict, reason = judged.verdict, _main_reason(judged)
        has_authenticity = verdict is not None and verdict.authenticity is not None
        cells: Mapping[str, object] = {
            "listing": judged.listing.name,
            "outcome": verdict.outcome if verdict else "",
            "authenticity": f"{verdict.authenticity:.6f}" if verdict and has_authenticity else "",
            "reason": reason.code if reason else "",
            "message": judged.error or (reason.message if reason else ""),
            "photo": _photo_of(judged, reason),
            "photos": len(judged.listing.photos),
            "unreadable": judged.unreadable,
            "beyond_twelve": judged.listing.beyond,
            "product": verdict.product if verdict else "",
            "counterfeit_share": verdict.counterfeit_share if verdict else "",
            "error": judged.error_code,
        }
        rows.writerow([cells[name] for name in CSV_COLUMNS])
        stream.flush()

    return write


def _jsonl(stream: IO[str]) -> Write:
    def write(judged: JudgedListing) -> None:
        table: dict[str, object] = {"listing": judged.listing.name}
        if judged.verdict:
            table |= verdict_table(judged.verdict, judged.listing.photos)
        else:
            table["error"] = {"code": judged.error_code, "message": judged.error}
        stream.write(json.dumps(table, ensure_ascii=False) + "\n")
        stream.flush()

    return write


_OPENERS: Final[Mapping[Format, Callable[[IO[str]], Write]]] = {"table": _table, "csv": _csv, "jsonl": _jsonl}


def _line(listing: str, outcome: str, authenticity: str, photos: str, reason: str) -> Text:
    return Text(f"{listing:<{_LISTING_WIDTH}} {outcome:<12} {authenticity:>12}  {photos:<17} {reason}".rstrip())


def _photos_in_words(judged: JudgedListing) -> str:
    """How many photos were judged, such as `4` or `3 of 5` where some could not be read or are beyond the twelfth."""
    read = len(judged.listing.photos) - judged.unreadable
    if judged.listing.beyond:
        return f"{read} of {len(judged.listing.photos) + judged.listing.beyond}"
    return f"{read}, {judged.unreadable} unreadable" if judged.unreadable else str(read)


def _reason_in_words(judged: JudgedListing) -> str:
    """The main reason's code as words, with the photo that it names; a whole message where there is no verdict."""
    if judged.error_code:
        return f"{judged.error} [{judged.error_code}]"
    reason = _main_reason(judged)
    photo = _photo_of(judged, reason)
    return f"{reason.code.replace('_', ' ') if reason else ''}{f': {photo}' if photo else ''}"


def _main_reason(judged: JudgedListing) -> Reason | None:
    """The first reason, which is the outcome's where it has one."""
    return judged.verdict.reasons[0] if judged.verdict and judged.verdict.reasons else None


def _photo_of(judged: JudgedListing, reason: Reason | None) -> str:
    return judged.listing.photos[reason.photo].name if reason and reason.photo is not None else ""
