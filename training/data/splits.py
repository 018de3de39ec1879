"""Fit, early stopping, calibration and test sets, and folds, dealt out by listing and seller."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.data.manifest import Manifest
from training.errors import SplitError
from vision.counting import counted

# From this many listings of a label and product on, every role gets one, so that its figures are defined.
_ENOUGH_FOR_EVERY_ROLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Row indices of the fit, early stopping, calibration and test sets, ascending and disjoint.

    Photos of one listing or seller share a role.
    """

    fit: tuple[int, ...]
    stop: tuple[int, ...]
    calibrate: tuple[int, ...]
    report: tuple[int, ...]


def assign_roles(
    manifest: Manifest,
    *,
    fold: int | None = None,
    stop_share: float = 0.15,
    calibrate_share: float = 0.15,
    report_share: float = 0.0,
    seed: int = 0,
) -> Roles:
    """Deal the labelled listings out, stratified by label and product; the same for any order of the rows.

    With `fold`, that fold is the test set, and shares of the other listings are for early stopping and calibration.
    Else with a `split` column, train is for fitting, val is halved for early stopping and calibration (a share of 0
    gives all to the other, two zeros give it to fitting), and test is the test set; without val the shares come from
    train. Else `report_share` of all listings is the test set.
    Raises SplitError where the columns contradict this.
    """
    _check_shares(stop_share, calibrate_share, report_share)
    labelled = [index for index, row in enumerate(manifest.rows) if row.label is not None]
    shares = {"fit": 1.0 - stop_share - calibrate_share, "stop": stop_share, "calibrate": calibrate_share}
    if fold is not None:
        report = _rows_of_fold(manifest, labelled, fold)
        dealt = _deal(manifest, _without(labelled, report), shares, seed=seed)
    elif any(manifest.rows[index].split for index in labelled):
        report, dealt = _obey_split(manifest, labelled, shares, seed=seed)
    else:
        shares["fit"] -= report_share
        dealt = _deal(manifest, labelled, {**shares, "report": report_share}, seed=seed)
        report = dealt["report"]
    return Roles(
        fit=tuple(sorted(dealt["fit"])),
        stop=tuple(sorted(dealt["stop"])),
        calibrate=tuple(sorted(dealt["calibrate"])),
        report=tuple(sorted(report)),
    )


def group_folds(
    manifest: Manifest, rows: Sequence[int], *, k: int, seed: int
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """k pairs (train rows, held-out rows), grouped by listing and seller, stratified by label and product.

    Every row is held out once. Raises SplitError when a label has too few groups for k folds.
    """
    if k < 2:
        raise SplitError(f"{k} folds can't hold anything out; use 2 or more.")
    _check_enough_groups(manifest, rows, k)
    dealt = _deal(manifest, rows, {str(fold): 1.0 / k for fold in range(k)}, seed=seed)
    return [(tuple(sorted(_without(rows, held_out))), tuple(sorted(held_out))) for held_out in dealt.values()]


def group_rows(manifest: Manifest, rows: Iterable[int]) -> list[tuple[int, ...]]:
    """Connected components of rows that share a listing or a seller; groups in no particular order."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    rows = list(rows)
    for index in rows:
        row = manifest.rows[index]
        listing = root(("listing", row.listing))
        if row.seller is not None:
            parent[root(("seller", row.seller))] = listing
    groups: dict[tuple[str, str], list[int]] = {}
    for index in rows:
        groups.setdefault(root(("listing", manifest.rows[index].listing)), []).append(index)
    return [tuple(group) for group in groups.values()]


def _check_shares(stop_share: float, calibrate_share: float, report_share: float) -> None:
    shares = {"stop_share": stop_share, "calibrate_share": calibrate_share, "report_share": report_share}
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise SplitError(f"{name} is {share}; give a share from 0 to below 1.")
    if sum(shares.values()) >= 1:
        raise SplitError(f"{', '.join(shares)} add up to {sum(shares.values()):g}; leave some listings to fit.")


def _rows_of_fold(manifest: Manifest, labelled: Sequence[int], fold: int) -> list[int]:
    _refuse_straddling(manifest, labelled, "fold")
    report = [index for index in labelled if manifest.rows[index].fold == fold]
    if not report:
        known = sorted({row.fold for row in manifest.rows if row.fold is not None})
        raise SplitError(f"{manifest.path} has no labelled photos in fold {fold}; its folds are {known or 'none'}.")
    return report


def _obey_split(
    manifest: Manifest, labelled: Sequence[int], shares: Mapping[str, float], *, seed: int
) -> tuple[list[int], dict[str, list[int]]]:
    without = next((manifest.rows[index] for index in labelled if manifest.rows[index].split is None), None)
    if without is not None:
        raise SplitError(
            f"{manifest.path}: row {without.row} has no split, and others do; fill it or leave the row out."
        )
    _refuse_straddling(manifest, labelled, "split")
    of_split = {
        name: [index for index in labelled if manifest.rows[index].split == name] for name in ("train", "val", "test")
    }
    if not of_split["train"]:
        raise SplitError(f"{manifest.path} has no labelled photos with split train; there is nothing to fit.")
    if not of_split["val"]:
        return of_split["test"], _deal(manifest, of_split["train"], shares, seed=seed)
    halves = {name: 1.0 for name in ("stop", "calibrate") if shares[name] > 0} or {"fit": 1.0}
    dealt = _deal(manifest, of_split["val"], {name: share / len(halves) for name, share in halves.items()}, seed=seed)
    roles: dict[str, list[int]] = {"fit": [], "stop": [], "calibrate": [], **dealt}
    roles["fit"] = [*of_split["train"], *roles["fit"]]
    return of_split["test"], roles


def _refuse_straddling(manifest: Manifest, labelled: Sequence[int], column: str) -> None:
    seen: dict[str, object] = {}
    for index in labelled:
        row = manifest.rows[index]
        value = row.fold if column == "fold" else row.split
        if seen.setdefault(row.listing, value) != value:
            raise SplitError(
                f"{manifest.path}: listing '{row.listing}' is in {column} {seen[row.listing]} and, in row {row.row}, "
                f"in {column} {value}; photos of one listing share a {column}."
            )


def _check_enough_groups(manifest: Manifest, rows: Sequence[int], k: int) -> None:
    groups = Counter(
        label for group in group_rows(manifest, rows) for label in {manifest.rows[index].label for index in group}
    )
    for label, count in sorted(groups.items(), key=str):
        if count < k:
            raise SplitError(
                f"{counted(count, 'group')} of {label} listings can't make {k} folds; "
                "use fewer folds or add listings of other sellers."
            )


def _deal(manifest: Manifest, rows: Sequence[int], shares: Mapping[str, float], *, seed: int) -> dict[str, list[int]]:
    """The groups dealt out by label and product; by label alone where many small products leave a role short of one."""
    groups = group_rows(manifest, rows)
    dealt = _deal_strata(manifest, [(group, _strata(manifest, group)) for group in groups], shares, seed=seed)
    if not _is_short_of_a_label(manifest, rows, dealt, shares):
        return dealt
    by_label = [(group, _without_product(_strata(manifest, group))) for group in groups]
    dealt_by_label = _deal_strata(manifest, by_label, shares, seed=seed)
    return dealt if _is_short_of_a_label(manifest, rows, dealt_by_label, shares) else dealt_by_label


def _deal_strata(
    manifest: Manifest,
    groups: list[tuple[tuple[int, ...], Counter[tuple[str, str]]]],
    shares: Mapping[str, float],
    *,
    seed: int,
) -> dict[str, list[int]]:
    """Give each group to the role furthest below its share, large groups first (Sechidis 2011)."""
    groups.sort(key=lambda pair: (-pair[1].total(), _shuffled_place(manifest, pair[0], seed)))
    totals: Counter[tuple[str, str]] = Counter()
    for _, strata in groups:
        totals.update(strata)
    asked = {role: share for role, share in shares.items() if share > 0}
    lacking = {
        role: {stratum: _target(total, share, asked) for stratum, total in totals.items()}
        for role, share in asked.items()
    }
    dealt: dict[str, list[int]] = {role: [] for role in shares}
    for group, strata in groups:
        role = max(asked, key=lambda name: sum(n * lacking[name][s] / totals[s] for s, n in strata.items()))
        dealt[role].extend(group)
        for stratum, count in strata.items():
            lacking[role][stratum] -= count
    return dealt


def _is_short_of_a_label(
    manifest: Manifest, rows: Sequence[int], dealt: Mapping[str, Sequence[int]], shares: Mapping[str, float]
) -> bool:
    """Whether a role has less than half of its share of a label, or none of a label that is enough for every role."""
    totals = _without_product(_strata(manifest, rows))
    asked = {role: share for role, share in shares.items() if share > 0}
    for role, share in asked.items():
        own = _without_product(_strata(manifest, dealt[role]))
        for label, total in totals.items():
            enough = total >= max(_ENOUGH_FOR_EVERY_ROLE, len(asked))
            if own[label] < max(share * total // 2, 1 if enough else 0):
                return True
    return False


def _without_product(strata: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    labels: Counter[tuple[str, str]] = Counter()
    for (label, _), count in strata.items():
        labels[label, ""] += count
    return labels


def _target(total: int, share: float, asked: Mapping[str, float]) -> float:
    return max(1.0, total * share) if total >= max(_ENOUGH_FOR_EVERY_ROLE, len(asked)) else total * share


def _strata(manifest: Manifest, group: Sequence[int]) -> Counter[tuple[str, str]]:
    """How many listings of each label and product the group holds; a listing counts once."""
    of_listing: dict[str, tuple[str, str]] = {}
    for index in group:
        row = manifest.rows[index]
        stratum = (str(row.label), row.product)
        of_listing[row.listing] = min(of_listing.get(row.listing, stratum), stratum)
    return Counter(of_listing.values())


def _shuffled_place(manifest: Manifest, group: Sequence[int], seed: int) -> str:
    name = min(manifest.rows[index].listing for index in group)
    return hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest()


def _without(rows: Iterable[int], excluded: Iterable[int]) -> list[int]:
    gone = frozenset(excluded)
    return [index for index in rows if index not in gone]
