"""The report's part on changed copies: tables, what they say in words, and pictures of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from training.evaluation.predictions import ListingPrediction
from training.html.pictures import picture
from training.html.wording import interval, number
from training.perturbations.photo import OTHER_BACKGROUND, PAINTED_OUT, Change
from training.robustness.figures import ChangedPrediction, ChangeFigures
from training.robustness.robustness import Drawn, Stress
from training.robustness.skipped import why_skipped

_MOST_FLIPS: Final = 6


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
class StressPart:
    """What the report shows of a Stress. `product` are the changes that need a box; `hidden` counts withheld flips."""

    stress: Stress
    plain: tuple[ChangeRow, ...]
    product: tuple[ChangeRow, ...]
    skipped: tuple[str, ...]
    said_of_plain: str
    said_of_product: tuple[str, ...]
    examples: tuple[Example, ...]
    flips: tuple[Flip, ...]
    hidden: int


def stress_part(stress: Stress, *, leaves_the_house: bool) -> StressPart:
    """The part; with `leaves_the_house` its pictures show only photos that the manifest marks as shareable."""
    changes = {change.code: change for change in stress.plan.changes}
    rows = [ChangeRow(change=changes[figures.change], figures=figures) for figures in stress.figures]
    flipped = _worst_flips(stress)
    flips = [
        flip
        for prediction in flipped
        if (flip := _flip(stress, changes[prediction.change], prediction, leaves_the_house))
    ]
    return StressPart(
        stress=stress,
        plain=tuple(row for row in rows if not row.change.needs_box),
        product=tuple(row for row in rows if row.change.needs_box),
        skipped=why_skipped(stress),
        said_of_plain=_say_plain(stress, changes),
        said_of_product=_say_product(stress),
        examples=_examples(stress, leaves_the_house),
        flips=tuple(flips),
        hidden=len(flipped) - len(flips),
    )


def _say_plain(stress: Stress, changes: Mapping[str, Change]) -> str:
    """Whether any verdict flipped under a change that leaves the product as it is, and what changes most."""
    plain = [figures for figures in stress.figures if not changes[figures.change].needs_box]
    flipping = [f"{changes[f.change].name} ({f.flipped.hits})" for f in plain if f.flipped.hits]
    most = max(plain, key=lambda figures: figures.changed.hits, default=None)
    if flipping:
        said = f"Verdicts went from genuine to counterfeit or back under {', '.join(flipping)}."
    else:
        said = "Under none of these changes did a verdict go from genuine to counterfeit or back."
    if most is None or not most.changed.hits:
        return f"{said} No outcome changed."
    return f"{said} Most outcomes change under {changes[most.change].name}: {most.changed.hits} of {most.listings}."


def _say_product(stress: Stress) -> tuple[str, ...]:
    """What a reader should take from the changes that need a box."""
    said = []
    for figures in stress.figures:
        if figures.change == PAINTED_OUT.code:
            said.append(_say_painted_out(figures))
        if figures.change == OTHER_BACKGROUND.code:
            said.append(
                f"Before another background {figures.flipped.hits} of {figures.listings} verdicts flip and "
                f"{figures.changed.hits} change at all. The pasted edge itself is new to the network, so a change is "
                "no proof that the background was the reason; no change shows that it was not."
            )
    return tuple(said)


def _say_painted_out(figures: ChangeFigures) -> str:
    found = figures.logit_auroc
    what = f"AUROC of the logits {number(found.value)}, 95 % {interval(found)}"
    if found.value != found.value:
        return "With the product painted out nothing can be said of the ranking: a label is missing."
    if found.low > 0.5:
        return (
            f"With the product painted out the surroundings still tell the labels apart ({what}): part of what this "
            "bundle says of this manifest may come from them, and not from the product."
        )
    if found.high < 0.5:
        return f"With the product painted out the surroundings rank the labels the wrong way round ({what})."
    return f"With the product painted out nothing tells the labels apart beyond chance, which is 0.5 ({what})."


def _examples(stress: Stress, leaves_the_house: bool) -> tuple[Example, ...]:
    """One photo as it is and under each change."""
    chosen = _choose_example(stress, leaves_the_house)
    if chosen is None:
        return ()
    listing, row = chosen
    after = {a.change: a.after for a in stress.predictions if a.before.listing == listing.prediction.listing}
    changes = [
        change
        for change in stress.plan.changes
        if change.code in after and _may_show(stress, change, row, leaves_the_house)
    ]
    original = picture(stress.copies.manifest.rows[row].photo.read_bytes())
    copies = zip(changes, stress.copies.make(changes, row), strict=True)
    return (
        Example(change=None, photo=original, prediction=listing.prediction),
        *(Example(change=change, photo=picture(copy), prediction=after[change.code]) for change, copy in copies),
    )


def _choose_example(stress: Stress, leaves_the_house: bool) -> tuple[Drawn, int] | None:
    """The first drawn listing, best with a box, a right verdict and few photos, and the row of a photo to show."""
    rows = stress.copies.manifest.rows
    shown = [(one, row) for one in stress.drawn if (row := _row_to_show(stress, one, leaves_the_house)) is not None]
    return min(
        shown,
        key=lambda pair: (
            any(rows[row].box is None for row in pair[0].rows),
            pair[0].prediction.outcome != pair[0].prediction.label,
            len(pair[0].rows),
        ),
        default=None,
    )


def _worst_flips(stress: Stress) -> list[ChangedPrediction]:
    """Flips of photos that still show the product, one of a listing; first those in which authenticity moved most."""
    shown = (a for a in stress.predictions if a.flipped and a.change != PAINTED_OUT.code)
    flips = sorted(shown, key=lambda a: a.moved, reverse=True)
    of_listing: dict[str, ChangedPrediction] = {}
    for prediction in flips:
        of_listing.setdefault(prediction.before.listing, prediction)
    return list(of_listing.values())[:_MOST_FLIPS]


def _flip(stress: Stress, change: Change, prediction: ChangedPrediction, leaves_the_house: bool) -> Flip | None:
    listing = next(one for one in stress.drawn if one.prediction.listing == prediction.before.listing)
    row = _row_to_show(stress, listing, leaves_the_house)
    if row is None or not _may_show(stress, change, row, leaves_the_house):
        return None
    (copy,) = stress.copies.make((change,), row)
    original = picture(stress.copies.manifest.rows[row].photo.read_bytes())
    return Flip(change=change, prediction=prediction, photo=original, copy=picture(copy))


def _row_to_show(stress: Stress, listing: Drawn, leaves_the_house: bool) -> int | None:
    """The listing's first photo that can be read and may be shown."""
    rows = stress.copies.manifest.rows
    shown = (row for row in listing.rows if rows[row].shareable or not leaves_the_house)
    return next((row for row in shown if row not in stress.copies.unreadable), None)


def _may_show(stress: Stress, change: Change, row: int, leaves_the_house: bool) -> bool:
    """Whether the copy shows no photo that must stay: a swapped background is another photo's."""
    if not (leaves_the_house and change.needs_backdrop):
        return True
    return stress.copies.manifest.rows[stress.copies.lender(row)].shareable
