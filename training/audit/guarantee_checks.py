"""Whether enough listings calibrate for the error limits to be guaranteed, by how a run calibrates."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from training.audit.finding import Finding
from training.data.config import DataConfig
from training.data.manifest import Manifest
from training.data.photo_row import Label
from training.data.splits import assign_roles
from training.errors import SplitError
from training.statistics.bounds import listings_needed


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """How a run calibrates: the rows that it learns from, and those of them that calibrate it.

    `share` is data.calibrate_share where that says how many calibrate, None where the column split does.
    `can_guarantee` is false where other networks than the one that ships predict them: more listings change nothing.
    `is_default`: no run is known yet, and its settings may differ.
    """

    learned: tuple[int, ...]
    calibrating: tuple[int, ...]
    share: float | None
    can_guarantee: bool = True
    is_default: bool = False


def default_plan(manifest: Manifest) -> CalibrationPlan | None:
    """That of a run with default settings; None where the listings can't be split, for which others give the reason."""
    share = DataConfig(manifest=manifest.path).calibrate_share
    try:
        roles = assign_roles(manifest, calibrate_share=share)
    except SplitError:
        return None
    return CalibrationPlan(
        learned=(*roles.fit, *roles.stop, *roles.calibrate),
        calibrating=roles.calibrate,
        share=None if any(row.split == "val" for row in manifest.rows) else share,
        is_default=True,
    )


def check_guarantees(manifest: Manifest, limits: Mapping[Label, float], plan: CalibrationPlan) -> Iterator[Finding]:
    """A finding for each label that has listings, but too few held out to guarantee its limit."""
    learned, calibrating = _listings(manifest, plan.learned), _listings(manifest, plan.calibrating)
    for label, limit in limits.items():
        needed, n, held_out = listings_needed(limit), learned[label], calibrating[label]
        if not plan.can_guarantee or n == 0 or held_out >= needed:
            continue
        yield Finding(
            code="too_few_for_guarantee" if n < needed else "too_few_held_out",
            level="warn",
            message=f"{'with default settings ' if plan.is_default else ''}"
            f"{held_out} of {n} {label} listings are held out to calibrate, and a guarantee of at most "
            f"{limit * 100:g} % errors takes {needed} without an error",
            advice=_advice(label, needed, n, plan.share),
        )


def _advice(label: Label, needed: int, n: int, share: float | None) -> str:
    estimates = 'set calibration.source = "out_of_fold", where every listing calibrates and limits are estimates'
    if share is None:
        return f"move {label} listings to split val or add some there, or {estimates}"
    if n >= 2 * needed:  # a larger share would leave fewer to fit than to calibrate
        return f"raise data.calibrate_share to {math.ceil(100 * needed / n) / 100:g}, add listings, or {estimates}"
    more = math.ceil(needed / share) - n
    return f"add {more} {label} listings, of which data.calibrate_share = {share:g} holds enough out, or {estimates}"


def _listings(manifest: Manifest, rows: Iterable[int]) -> Counter[Label]:
    labels = {manifest.rows[index].listing: manifest.rows[index].label for index in rows}
    return Counter(label for label in labels.values() if label is not None)
