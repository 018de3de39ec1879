"""The verdict on one listing, in words or as JSON."""

import dataclasses
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Final, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vision.bundle.bundle import SEEN_DIGITS
from vision.bundle.metadata import LabelKind
from vision.verdict import AuthenticityThresholds, Outcome, PhotoVerdict, Verdict

Format = Literal["table", "csv", "jsonl"]

NO_PROOF: Final = "This judges what the photos show. It is no proof of what is in the box."
SEEN: Final = "What it says of those is no measure of how it judges others."
LABEL_MESSAGES: Final[dict[LabelKind, str]] = {
    "weak": "The bundle learned from weak labels, and its figures are relative to them. ",
    "verified": "",
    "rendered": "The bundle learned from rendered photos: it says nothing about real ones. ",
}
OUTCOME_COLOURS: Final[dict[Outcome, str]] = {
    "genuine": "green",
    "counterfeit": "red",
    "review": "yellow",
    "insufficient": "yellow",
    "unsupported": "yellow",
}


def verdict_table(verdict: Verdict, photos: Sequence[Path]) -> dict[str, object]:
    """The verdict as JSON, with the keys of the HTTP answer and each photo's path; evidence is left out."""
    return {
        "product": verdict.product,
        "outcome": verdict.outcome,
        "authenticity": verdict.authenticity,
        "thresholds": None if verdict.thresholds is None else dataclasses.asdict(verdict.thresholds),
        "authenticity_kind": verdict.authenticity_kind,
        "counterfeit_share": verdict.counterfeit_share,
        "novelty": verdict.novelty,
        "reasons": [{"code": r.code, "message": r.message, "photo": r.photo} for r in verdict.reasons],
        "photos": [_photo_table(photo, path) for photo, path in zip(verdict.photos, photos, strict=True)],
    }


def count_seen(verdict: Verdict, fitted_on: Set[str]) -> int:
    """How many of the photos the bundle was fitted on, by its list of them (`seen_photos`)."""
    return sum(photo.sha256[:SEEN_DIGITS] in fitted_on for photo in verdict.photos)


def print_verdict(
    verdict: Verdict,
    photos: Sequence[Path],
    label_kind: LabelKind,
    console: Console,
    *,
    fitted_on: Set[str] = frozenset(),
) -> None:
    """The verdict in words, then a row a photo; `fitted_on` is what `seen_photos` gives of the bundle."""
    colour = OUTCOME_COLOURS[verdict.outcome]
    console.print(f"[bold {colour}]{verdict.outcome}[/]  {verdict.message}")
    if unread := _unread_sentence(verdict):
        console.print(f"[bold]{unread}[/]")
    if verdict.authenticity is not None:
        console.print(_authenticity_sentence(verdict))
    if verdict.thresholds is not None:
        console.print(_thresholds_sentence(verdict.thresholds))
    for reason in verdict.reasons:
        where = "" if reason.photo is None else f" ({escape(photos[reason.photo].name)})"
        console.print(f"- {reason.message}{where}")
    table = Table("photo", "outcome", "authenticity", "note")
    for photo, path in zip(verdict.photos, photos, strict=True):
        note = photo.error.message if photo.error else ", ".join(photo.quality)
        table.add_row(escape(path.name), photo.outcome or "not read", percent(photo.authenticity), escape(note))
    console.print(table)
    if seen := count_seen(verdict, fitted_on):
        console.print(f"The bundle was fitted on {seen} of the {len(verdict.photos)} photos. {SEEN}")
    console.print(f"[dim]{LABEL_MESSAGES[label_kind]}{NO_PROOF}[/]")


def _unread_sentence(verdict: Verdict) -> str | None:
    """How many photos could not be read, and on how many the outcome therefore rests; None where all could be."""
    unread = sum(photo.error is not None for photo in verdict.photos)
    if not unread:
        return None
    read = len(verdict.photos) - unread
    if verdict.outcome != "insufficient":
        rest = f"judged on {read}"
    elif read == 1:
        rest = "the other one doesn't show enough"
    else:
        rest = f"the other {read} don't show enough"
    return f"{unread} of {len(verdict.photos)} photos could not be read: {rest}."


def _authenticity_sentence(verdict: Verdict) -> str:
    value = percent(verdict.authenticity)
    if verdict.authenticity_kind == "conformal":
        return f"Authenticity {value}: the share of genuine listings that look at least as unusual."
    share = percent(verdict.counterfeit_share)
    return f"Authenticity {value}: that share of such listings is genuine, where {share} of all are counterfeit."


def _thresholds_sentence(thresholds: AuthenticityThresholds) -> str:
    below, above = thresholds.counterfeit_below, thresholds.genuine_above
    counterfeit = "never counterfeit" if below is None else f"counterfeit below {percent(below)}"
    genuine = "never genuine" if above is None else f"genuine above {percent(above)}"
    return f"Thresholds: {counterfeit}, {genuine}; what lies between is for a person to decide."


def _photo_table(photo: PhotoVerdict, path: Path) -> dict[str, object]:
    table: dict[str, object] = {
        "index": photo.index,
        "path": str(path),
        "sha256": photo.sha256,
        "outcome": photo.outcome,
        "authenticity": photo.authenticity,
        "quality": list(photo.quality),
        "novelty": photo.novelty,
        "matches": list(photo.matches),
        "product_share": photo.product_share,
    }
    if photo.error is not None:
        table["error"] = {"code": photo.error.code, "message": photo.error.message}
    return table


def percent(share: float | None) -> str:
    """A share such as `91.2 %`; never 0 or 100 %, which no photo shows; a dash where there is none."""
    if share is None:
        return "-"
    return "under 0.1 %" if share < 0.001 else "over 99.9 %" if share > 0.999 else f"{share:.1%}".replace("%", " %")
