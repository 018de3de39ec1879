"""The report's part on robustness to image changes: tables, a summary in words, and example pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from training.evaluation.predictions import ListingPrediction
from training.html.pictures import picture
from training.html.wording import interval, number
from training.perturbations.photo import OTHER_BACKGROUND, PAINTED_OUT, Change
from training.perturbations.place import is_placed
from training.robustness.figures import ChangedPrediction, ChangeFigures
from training.robustness.robustness import Drawn, Robustness
from training.robustness.skipped import why_skipped

_MAX_FLIPS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A row of the table: the change in words, and its figures."""

    change: Change
    figures: ChangeFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A photo under one change, as a data URI, beside its listing's verdict; `change` is None for the photo itself."""

    change: Change | None
    photo: str
    prediction: ListingPrediction


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A listing whose verdict went from genuine to counterfeit or back, with one photo before and after."""

    change: Change
    prediction: ChangedPrediction
    photo: str
    copy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessPart:
    """What the report shows. `product` are the changes that need a box; `hidden` counts flips that may not be shown."""

    measured: Robustness
    plain: tuple[ChangeRow, ...]
    product: tuple[ChangeRow, ...]
    skipped: tuple[str, ...]
    plain_summary: str
    product_summary: tuple[str, ...]
    examples: tuple[Example, ...]
    flips: tuple[Flip, ...]
    hidden: int


def robustness_part(robustness: Robustness, *, shareable_only: bool) -> RobustnessPart:
    """The part; with `shareable_only` its pictures show only photos that the manifest marks so."""
    changes = {change.code: change for change in robustness.plan.changes}
    rows = [ChangeRow(change=changes[figures.change], figures=figures) for figures in robustness.figures]
    flipped = _worst_flips(robustness)
    flips = [
        flip
        for prediction in flipped
        if (flip := _flip(robustness, changes[prediction.change], prediction, shareable_only))
    ]
    return RobustnessPart(
        measured=robustness,
        plain=tuple(row for row in rows if not row.change.needs_place),
        product=tuple(row for row in rows if row.change.needs_place),
        skipped=why_skipped(robustness),
        plain_summary=_summarise_plain(robustness, changes),
        product_summary=_summarise_product(robustness),
        examples=_examples(robustness, shareable_only),
        flips=tuple(flips),
        hidden=len(flipped) - len(flips),
    )


def _summarise_plain(robustness: Robustness, changes: Mapping[str, Change]) -> str:
    """Whether a verdict flipped under a change that leaves the product as it is, and what changes outcomes."""
    plain = [figures for figures in robustness.figures if not changes[figures.change].needs_place]
    flipping = [f"{changes[f.change].name} ({f.flipped.hits})" for f in plain if f.flipped.hits]
    strongest = max(plain, key=lambda figures: figures.changed.hits, default=None)
    if flipping:
        flips = f"Verdicts flipped from genuine to counterfeit or back under {', '.join(flipping)}."
    else:
        flips = "No verdict flipped from genuine to counterfeit or back under any of these changes."
    if strongest is None or not strongest.changed.hits:
        return f"{flips} No outcome changed."
    share = f"{strongest.changed.hits} of {strongest.listings}"
    return f"{flips} {changes[strongest.change].name} changed the largest share of outcomes: {share}."


def _summarise_product(robustness: Robustness) -> tuple[str, ...]:
    """What to conclude from the changes that need a box."""
    sentences = []
    for figures in robustness.figures:
        if figures.change == PAINTED_OUT.code:
            sentences.append(_summarise_painted_out(figures))
        if figures.change == OTHER_BACKGROUND.code:
            sentences.append(
                f"With another background {figures.flipped.hits} of {figures.listings} verdicts flip and "
                f"{figures.changed.hits} change. The pasted edge is new to the network as well, so a change does not "
                "prove an influence of the background; no change shows that there is none."
            )
    return tuple(sentences)


def _summarise_painted_out(figures: ChangeFigures) -> str:
    found = figures.logit_auroc
    what = f"AUROC of the logits {number(found.value)}, 95 % {interval(found)}"
    if math.isnan(found.value):
        return "With the product painted out the AUROC is undefined: a label is missing."
    if found.low > 0.5:
        return (
            f"With the product painted out the background still separates the labels ({what}): part of this bundle's "
            "AUROC on this manifest may come from the background instead of the product."
        )
    if found.high < 0.5:
        return f"With the product painted out the background ranks the labels in reverse ({what})."
    return f"With the product painted out the labels are not separated beyond chance, which is 0.5 ({what})."


def _examples(robustness: Robustness, shareable_only: bool) -> tuple[Example, ...]:
    """One photo, original and under each change."""
    chosen = _choose_example(robustness, shareable_only)
    if chosen is None:
        return ()
    listing, row = chosen
    after = {a.change: a.after for a in robustness.predictions if a.before.listing == listing.prediction.listing}
    changes = [
        change
        for change in robustness.plan.changes
        if change.code in after and _may_show(robustness, change, row, shareable_only)
    ]
    original = picture(robustness.copies.manifest.rows[row].photo.read_bytes())
    copies = zip(changes, robustness.copies.make(changes, row), strict=True)
    return (
        Example(change=None, photo=original, prediction=listing.prediction),
        *(Example(change=change, photo=picture(copy), prediction=after[change.code]) for change, copy in copies),
    )


def _choose_example(robustness: Robustness, shareable_only: bool) -> tuple[Drawn, int] | None:
    """A drawn listing, preferably with boxes, a right verdict and few photos, and the row of a photo to show."""
    rows = robustness.copies.manifest.rows
    shown = [
        (one, row) for one in robustness.drawn if (row := _row_to_show(robustness, one, shareable_only)) is not None
    ]
    return min(
        shown,
        key=lambda pair: (
            not all(is_placed(rows[row]) for row in pair[0].rows),
            pair[0].prediction.outcome != pair[0].prediction.label,
            len(pair[0].rows),
        ),
        default=None,
    )


def _worst_flips(robustness: Robustness) -> list[ChangedPrediction]:
    """Flips of photos that still show the product, one of a listing; largest change of authenticity first."""
    shown = (a for a in robustness.predictions if a.flipped and a.change != PAINTED_OUT.code)
    flips = sorted(shown, key=lambda a: a.moved, reverse=True)
    of_listing: dict[str, ChangedPrediction] = {}
    for prediction in flips:
        of_listing.setdefault(prediction.before.listing, prediction)
    return list(of_listing.values())[:_MAX_FLIPS]


def _flip(robustness: Robustness, change: Change, prediction: ChangedPrediction, shareable_only: bool) -> Flip | None:
    listing = next(one for one in robustness.drawn if one.prediction.listing == prediction.before.listing)
    row = _row_to_show(robustness, listing, shareable_only)
    if row is None or not _may_show(robustness, change, row, shareable_only):
        return None
    (copy,) = robustness.copies.make((change,), row)
    original = picture(robustness.copies.manifest.rows[row].photo.read_bytes())
    return Flip(change=change, prediction=prediction, photo=original, copy=picture(copy))


def _row_to_show(robustness: Robustness, listing: Drawn, shareable_only: bool) -> int | None:
    """The listing's first photo that can be read and may be shown."""
    rows = robustness.copies.manifest.rows
    shown = (row for row in listing.rows if rows[row].shareable or not shareable_only)
    return next((row for row in shown if row not in robustness.copies.unreadable), None)


def _may_show(robustness: Robustness, change: Change, row: int, shareable_only: bool) -> bool:
    """Whether the copy shows no photo that may not be shared: a swapped background is another photo's."""
    if not (shareable_only and change.needs_backdrop):
        return True
    return robustness.copies.manifest.rows[robustness.copies.lender(row)].shareable
