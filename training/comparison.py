"""Runs side by side: each one's figures, and how it differs from the baseline on the listings that all of them judged.

Folds have bundles of their own, each with its own scale, so ranks are compared within a fold: the figure that leads is
the mean of the folds' listing AUROCs. A run without folds is one fold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training import metrics
from training.answers import ListingAnswer
from training.differing_settings import DATA_KEY, DifferingSetting, differing_settings
from training.errors import NothingToCompare
from training.figures import Figure, Figures, Group, listing_group, measure, share
from training.metrics import BoolArray, FloatArray, WeightedFigure
from training.run_answers import RunAnswers

PairedName = Literal[
    "mean_of_folds",
    "auroc",
    "average_precision",
    "tpr_at_5pct_fpr",
    "tpr_at_1pct_fpr",
    "brier",
    "coverage",
    "genuine_flagged",
    "counterfeit_passed",
]
LOWER_IS_BETTER: tuple[PairedName, ...] = ("brier", "genuine_flagged", "counterfeit_passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRun:
    """A run and the figures of all that it answered; `by_fold` has no entry for a run without folds."""

    run: RunAnswers
    mean_of_folds: Figure
    figures: Figures
    by_fold: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfRuns:
    """One fold or product under each run, in the runs' order; None where a run has no listing of it."""

    name: str
    groups: tuple[Group | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """A figure of a run less the baseline's on the common listings, with its paired 95 % interval."""

    figure: PairedName
    baseline: float
    run: float
    value: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["better", "worse", "open"]:
        """Whether the interval lies on one side of 0."""
        if math.isnan(self.low) or self.low <= 0 <= self.high:
            return "open"
        return "better" if (self.low > 0) != (self.figure in LOWER_IS_BETTER) else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDifference:
    """How one run differs from the baseline, the mean of folds first."""

    run: str
    differences: tuple[PairedDifference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonListings:
    """The listings that every run judged, and how many judged by some are left out.

    `contradictory` ones were judged by all, but under another label or product: they are not the same listing any more.
    """

    listings: tuple[str, ...]
    not_judged_by_all: int
    contradictory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Runs with their figures in the order given, and the differences of all but the baseline."""

    runs: tuple[MeasuredRun, ...]
    baseline: str
    common: CommonListings
    differences: tuple[RunDifference, ...]
    settings: tuple[DifferingSetting, ...]

    @property
    def parts(self) -> tuple[PartOfRuns, ...]:
        """The folds, then the products of runs that have several."""
        groups = [{group.name: group for group in _groups(measured)} for measured in self.runs]
        names = sorted({name for own in groups for name in own}, key=lambda name: (not name.startswith("fold "), name))
        return tuple(PartOfRuns(name=name, groups=tuple(own.get(name) for own in groups)) for name in names)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a reader should know before believing a difference, one sentence each."""
        return tuple(_cautions(self))


def compare_runs(
    runs: Sequence[RunAnswers],
    *,
    baseline: str | None = None,
    rounds: int = 2000,
    advance: Callable[[], None] = lambda: None,
) -> Comparison:
    """Measure each run and its paired difference from `baseline` (a name; None: the first).

    `advance` is called after each run. Raises NothingToCompare.
    """
    if not runs:
        raise NothingToCompare("no run is left to compare; name at least one")
    names = [run.name for run in runs]
    if baseline is not None and baseline not in names:
        raise NothingToCompare(f"the baseline {baseline} is none of the runs: {', '.join(names)}")
    first = runs[0] if baseline is None else runs[names.index(baseline)]
    common = _common_listings(runs)
    measured, differences = [], []
    for run in runs:
        measured.append(measure_run(run, rounds=rounds))
        if run is not first and common.listings:
            differences.append(_difference(_only(first, common), _only(run, common), rounds))
        advance()
    return Comparison(
        runs=tuple(measured),
        baseline=first.name,
        common=common,
        differences=tuple(differences),
        settings=differing_settings([run.facts for run in runs]),
    )


def in_common_folds(runs: Sequence[RunAnswers]) -> tuple[RunAnswers, ...]:
    """The runs' answers to the folds that all of them have. Raises NothingToCompare where there is none."""
    folds = frozenset.intersection(*(run.folds for run in runs))
    if not folds:
        told = "; ".join(f"{run.name} has {_fold_names(run)}" for run in runs)
        raise NothingToCompare(f"the runs have no fold in common: {told}")
    return tuple(run.of_folds(folds) for run in runs)


def measure_run(run: RunAnswers, *, rounds: int = 2000) -> MeasuredRun:
    """The figures of one run, with intervals from `rounds` bootstrap rounds."""
    figures = measure(run.answers, (), rounds=rounds)
    unknown = share(0, 0)
    if not run.has_outcomes:
        figures = replace(
            figures,
            coverage=unknown,
            accuracy_when_said=unknown,
            genuine_flagged=unknown,
            counterfeit_passed=unknown,
            outcomes={},
        )
    positive, suspicion, fold = _arrays(run.answers)
    leading = mean_of_folds(fold)
    interval = metrics.bootstrap_interval(leading, positive, suspicion, rounds=rounds)
    value = float(leading(positive, suspicion, np.ones((1, len(positive))))[0])
    folds = sorted(k for k in run.folds if k is not None)
    return MeasuredRun(
        run=run,
        mean_of_folds=Figure(value=value, low=interval.low, high=interval.high),
        figures=figures,
        by_fold=tuple(listing_group(f"fold {k}", [a for a in run.answers if a.fold == k], rounds) for k in folds),
    )


def mean_of_folds(fold: NDArray[np.int64]) -> WeightedFigure:
    """The figure: mean of the AUROCs within each fold; undefined where one of the folds lacks a class."""
    parts = [fold == k for k in np.unique(fold)]

    def figure(positive: BoolArray, suspicion: FloatArray, weight: FloatArray) -> FloatArray:
        each = [metrics.auroc_weighted(positive[own], suspicion[own], weight[:, own]) for own in parts]  # [folds, R]
        return np.asarray(np.mean(each, axis=0))

    return figure


def _groups(measured: MeasuredRun) -> tuple[Group, ...]:
    products = measured.figures.by_product
    return (*measured.by_fold, *(products if len(products) > 1 else ()))


def _common_listings(runs: Sequence[RunAnswers]) -> CommonListings:
    by_listing = [{answer.listing: answer for answer in run.answers} for run in runs]
    everywhere = set.intersection(*(set(answers) for answers in by_listing))
    agreed = sorted(name for name in everywhere if _is_one_listing([answers[name] for answers in by_listing]))
    return CommonListings(
        listings=tuple(agreed),
        not_judged_by_all=len(set.union(*(set(answers) for answers in by_listing))) - len(everywhere),
        contradictory=len(everywhere) - len(agreed),
    )


def _is_one_listing(answers: Sequence[ListingAnswer]) -> bool:
    products = {answer.product for answer in answers if answer.product}
    return len({answer.label for answer in answers}) == 1 and len(products) <= 1


def _only(run: RunAnswers, common: CommonListings) -> RunAnswers:
    kept = set(common.listings)
    return replace(run, answers=tuple(answer for answer in run.answers if answer.listing in kept))


def _difference(baseline: RunAnswers, run: RunAnswers, rounds: int) -> RunDifference:
    """Both have the same listings, sorted, so that a place in one is the same place in the other."""
    positive, first, first_fold = _arrays(baseline.answers)
    _, second, second_fold = _arrays(run.answers)

    def pair(
        name: PairedName,
        figure: WeightedFigure,
        values: tuple[FloatArray, FloatArray] = (first, second),
        of_run: WeightedFigure | None = None,
    ) -> PairedDifference:
        found = metrics.paired_bootstrap(figure, positive, *values, figure_of_second=of_run, rounds=rounds)
        one = np.ones((1, len(positive)))
        return PairedDifference(
            figure=name,
            baseline=float(figure(positive, values[0], one)[0]),
            run=float((of_run or figure)(positive, values[1], one)[0]),
            value=found.value,
            low=found.low,
            high=found.high,
        )

    differences = [
        pair("mean_of_folds", mean_of_folds(first_fold), of_run=mean_of_folds(second_fold)),
        pair("auroc", metrics.auroc_weighted),
        pair("average_precision", metrics.average_precision_weighted),
        pair("tpr_at_5pct_fpr", metrics.tpr_at_fpr_weighted(0.05)),
        pair("tpr_at_1pct_fpr", metrics.tpr_at_fpr_weighted(0.01)),
        pair("brier", _mean_squared_error),
    ]
    if baseline.has_outcomes and run.has_outcomes:
        said = (_called(baseline, "genuine", "counterfeit"), _called(run, "genuine", "counterfeit"))
        flagged = (_called(baseline, "counterfeit"), _called(run, "counterfeit"))
        passed = (_called(baseline, "genuine"), _called(run, "genuine"))
        differences += [
            pair("coverage", _share_among(positive | True), said),
            pair("genuine_flagged", _share_among(~positive), flagged),
            pair("counterfeit_passed", _share_among(positive), passed),
        ]
    return RunDifference(run=run.name, differences=tuple(differences))


def _mean_squared_error(positive: BoolArray, suspicion: FloatArray, weight: FloatArray) -> FloatArray:
    return metrics.brier_weighted(~positive, 1 - suspicion, weight)


def _share_among(members: BoolArray) -> WeightedFigure:
    """The figure: the weighted share of `members` [N] whose value is 1."""

    def figure(positive: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
        n = weight[:, members].sum(axis=1)
        hits = (weight[:, members] * value[members]).sum(axis=1)
        return np.divide(hits, n, out=np.full(len(n), np.nan), where=n > 0)

    return figure


def _called(run: RunAnswers, *outcomes: str) -> FloatArray:
    return np.array([answer.outcome in outcomes for answer in run.answers], dtype=np.float64)


def _arrays(answers: Sequence[ListingAnswer]) -> tuple[BoolArray, FloatArray, NDArray[np.int64]]:
    """Whether counterfeit, suspicion and fold (−1 for none), each [N]."""
    positive = np.array([answer.label == "counterfeit" for answer in answers], dtype=np.bool_)
    suspicion = np.array([answer.suspicion for answer in answers], dtype=np.float64)
    fold = np.array([-1 if answer.fold is None else answer.fold for answer in answers], dtype=np.int64)
    return positive, suspicion, fold


def _cautions(comparison: Comparison) -> list[str]:
    common, runs = comparison.common, [measured.run for measured in comparison.runs]
    said = [
        f"{run.name}: fold {', '.join(run.silent_folds)} has not reported; its figures are of the others."
        for run in runs
        if run.silent_folds
    ]
    if len(runs) > 1 and not common.listings:
        said.append("No listing was judged by all runs, so there are no paired differences.")
    if common.not_judged_by_all:
        said.append(
            f"{common.not_judged_by_all} listings were not judged by all runs: each run's own figures are of all that "
            f"it judged, differences of the {len(common.listings)} that all judged."
        )
    if common.contradictory:
        said.append(
            f"{common.contradictory} listings have another label or product in some run, and are left out of the "
            "differences."
        )
    if any(setting.key == DATA_KEY for setting in comparison.settings):
        said.append("The runs did not read the same photos and manifest; listings are matched by name.")
    if len({frozenset((a.listing, a.fold) for a in _only(run, common).answers) for run in runs}) > 1:
        said.append("The runs put common listings into different folds; each mean is taken over the run's own folds.")
    if len(runs) > 2:
        said.append(
            "The best of several runs looks better than it is: what is chosen here should be reported on other listings."
        )
    return said


def _fold_names(run: RunAnswers) -> str:
    return ", ".join("none" if fold is None else str(fold) for fold in sorted(run.folds, key=lambda k: (k is None, k)))
