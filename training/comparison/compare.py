"""Runs side by side: the figures of each, and paired differences from the baseline on their common listings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from training.comparison.paired import RunDifference, difference_of
from training.comparison.run_figures import RunFigures, measure_run
from training.comparison.run_predictions import RunPredictions
from training.comparison.settings_diff import DATA_KEY, SettingDiff, diff_settings
from training.errors import NothingToCompare
from training.evaluation.figures import Group
from training.evaluation.predictions import ListingPrediction


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOfRuns:
    """One fold or product under each run, in the runs' order; None where a run has no listing of it."""

    name: str
    groups: tuple[Group | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonListings:
    """The listings that every run predicts, and how many of only some runs are excluded.

    `contradictory` ones have predictions of all runs, but another label or product in some.
    """

    listings: tuple[str, ...]
    not_in_all: int
    contradictory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Runs with their figures in the order given, and the differences of all but the baseline."""

    runs: tuple[RunFigures, ...]
    baseline: str
    common: CommonListings
    differences: tuple[RunDifference, ...]
    settings: tuple[SettingDiff, ...]

    @property
    def groups(self) -> tuple[GroupOfRuns, ...]:
        """The folds, then the products of runs that have several."""
        groups = [{group.name: group for group in _groups(measured)} for measured in self.runs]
        names = sorted({name for own in groups for name in own}, key=lambda name: (not name.startswith("fold "), name))
        return tuple(GroupOfRuns(name=name, groups=tuple(own.get(name) for own in groups)) for name in names)

    @property
    def cautions(self) -> tuple[str, ...]:
        """Caveats of the differences, one sentence each."""
        return tuple(_cautions(self))


def compare_runs(
    runs: Sequence[RunPredictions],
    *,
    baseline: str | None = None,
    rounds: int = 2000,
    advance: Callable[[], None] = lambda: None,
) -> Comparison:
    """Measure each run and its paired difference from `baseline` (a name; None: the first).

    `advance` is called after each run. Raises NothingToCompare.
    """
    if not runs:
        raise NothingToCompare("no run is left to compare; name one or more")
    names = [run.name for run in runs]
    if baseline is not None and baseline not in names:
        raise NothingToCompare(f"the baseline {baseline} is not one of the runs: {', '.join(names)}")
    first = runs[0] if baseline is None else runs[names.index(baseline)]
    common = _common_listings(runs)
    measured, differences = [], []
    for run in runs:
        measured.append(measure_run(run, rounds=rounds))
        if run is not first and common.listings:
            differences.append(difference_of(_only(first, common), _only(run, common), rounds))
        advance()
    return Comparison(
        runs=tuple(measured),
        baseline=first.name,
        common=common,
        differences=tuple(differences),
        settings=diff_settings([run.facts for run in runs]),
    )


def in_common_folds(runs: Sequence[RunPredictions]) -> tuple[RunPredictions, ...]:
    """The runs' predictions for the folds that all of them have. Raises NothingToCompare where there is none."""
    folds = frozenset.intersection(*(run.folds for run in runs))
    if not folds:
        folds_of_each = "; ".join(f"{run.name} has {_fold_names(run)}" for run in runs)
        raise NothingToCompare(f"the runs have no fold in common: {folds_of_each}")
    return tuple(run.of_folds(folds) for run in runs)


def _groups(measured: RunFigures) -> tuple[Group, ...]:
    products = measured.figures.by_product
    return (*measured.by_fold, *(products if len(products) > 1 else ()))


def _common_listings(runs: Sequence[RunPredictions]) -> CommonListings:
    by_listing = [{prediction.listing: prediction for prediction in run.predictions} for run in runs]
    everywhere = set.intersection(*(set(predictions) for predictions in by_listing))
    agreed = sorted(name for name in everywhere if _is_one_listing([predictions[name] for predictions in by_listing]))
    return CommonListings(
        listings=tuple(agreed),
        not_in_all=len(set.union(*(set(predictions) for predictions in by_listing))) - len(everywhere),
        contradictory=len(everywhere) - len(agreed),
    )


def _is_one_listing(predictions: Sequence[ListingPrediction]) -> bool:
    products = {prediction.product for prediction in predictions if prediction.product}
    return len({prediction.label for prediction in predictions}) == 1 and len(products) <= 1


def _only(run: RunPredictions, common: CommonListings) -> RunPredictions:
    kept = set(common.listings)
    return replace(run, predictions=tuple(prediction for prediction in run.predictions if prediction.listing in kept))


def _cautions(comparison: Comparison) -> list[str]:
    common, runs = comparison.common, [measured.run for measured in comparison.runs]
    found = [
        f"{run.name}: fold {', '.join(run.missing_folds)} has no predictions yet; its figures are of the others."
        for run in runs
        if run.missing_folds
    ]
    if len(runs) > 1 and not common.listings:
        found.append("No listing is common to all runs, so there are no paired differences.")
    if common.not_in_all and common.listings:
        found.append(
            f"{common.not_in_all} listings are not common to all runs: each run's figures are on its own "
            f"listings, differences on the {len(common.listings)} common ones."
        )
    if common.contradictory:
        found.append(
            f"{common.contradictory} listings have another label or product in some run, and are excluded from the "
            "differences."
        )
    if any(setting.key == DATA_KEY for setting in comparison.settings):
        found.append("The runs did not read the same photos and manifest; listings are matched by name.")
    if len({frozenset((a.listing, a.fold) for a in _only(run, common).predictions) for run in runs}) > 1:
        found.append("The runs put common listings into different folds; each mean is taken over the run's own folds.")
    if len(runs) > 2:
        found.append("The best of several runs is optimistically biased: evaluate the chosen one on other listings.")
    return found


def _fold_names(run: RunPredictions) -> str:
    return ", ".join("none" if fold is None else str(fold) for fold in sorted(run.folds, key=lambda k: (k is None, k)))
