"""Which predictions fit the calibration and thresholds: one strategy for each `calibration.source`.

What follows from a source is asked here, so that no other file compares `calibration.source`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from training.calibration.config import SourceName
from training.calibration.held_out import CalibrationSet, join_sets
from training.calibration.logit_files import read_fold_logits
from training.data.manifest import Manifest
from training.data.splits import Roles, group_folds
from training.errors import RunError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One network: the rows it is fitted on, those of early stopping, those it then predicts, and its folder's name."""

    fit: tuple[int, ...]
    stop: tuple[int, ...]
    held_out: tuple[int, ...]
    folder: str


class CalibrationSource(ABC):
    """The questions that a run asks its source; rows are indices into `manifest.rows`."""

    name: ClassVar[SourceName]

    holds_back_share: ClassVar[bool] = False
    """Whether `data.calibrate_share` of the listings is kept out of the fit."""

    guarantees_thresholds: ClassVar[bool] = False
    """Whether the network that ships made the predictions, so that thresholds can be guaranteed."""

    cross_fits: ClassVar[bool] = False
    """Whether the listings are dealt into `calibration.folds` folds, each predicted by a network of the others."""

    allows_test_set: ClassVar[bool] = True
    """Whether a part of the manifest may be kept for testing alone."""

    trains_folds: ClassVar[bool] = False
    """Whether each fold of the manifest is a run of its own first."""

    has_own_predictions: ClassVar[bool] = True
    """Whether this run, or the runs that it starts, made the predictions."""

    makes_int8: ClassVar[bool] = True
    """Whether the bundle may get an int8 graph; a fold's bundle that only measures gets none."""

    @abstractmethod
    def plan_fits(self, manifest: Manifest, roles: Roles, *, folds: int, seed: int) -> tuple[Fit, ...]:
        """The fits of a run in order; the last one is the network that ships. Raises RunError and SplitError."""

    def calibrating_folds(self, manifest: Manifest, own_fold: int | None) -> tuple[int, ...]:
        """The folds whose runs made the predictions; none where this run did. Raises RunError."""
        return ()

    @abstractmethod
    def calibration_set(
        self, manifest: Manifest, held_out: Sequence[CalibrationSet], fold_files: Mapping[int, Path]
    ) -> CalibrationSet:
        """The predictions to calibrate on: of this run's fits, `held_out`, or in the files of the calibrating folds."""


class HeldOut(CalibrationSource):
    """The calibrate share, which the network that ships never saw."""

    name = "held_out"
    holds_back_share = True
    guarantees_thresholds = True

    def plan_fits(self, manifest: Manifest, roles: Roles, *, folds: int, seed: int) -> tuple[Fit, ...]:
        """See CalibrationSource."""
        if not roles.calibrate:
            raise RunError("no listing is held out to calibrate on: raise data.calibrate_share or add listings")
        return (Fit(fit=roles.fit, stop=roles.stop, held_out=roles.calibrate, folder="fit"),)

    def calibration_set(
        self, manifest: Manifest, held_out: Sequence[CalibrationSet], fold_files: Mapping[int, Path]
    ) -> CalibrationSet:
        """See CalibrationSource."""
        return held_out[0]


class OutOfFold(CalibrationSource):
    """Cross-fitting: networks fitted on the other parts predict each part of the rows; then everything is fitted."""

    name = "out_of_fold"
    cross_fits = True

    def plan_fits(self, manifest: Manifest, roles: Roles, *, folds: int, seed: int) -> tuple[Fit, ...]:
        """See CalibrationSource."""
        ships = _fit_of_everything(roles)
        cross_fits = (
            Fit(fit=fit, stop=(), held_out=held_out, folder=f"out-of-fold-{k}")
            for k, (fit, held_out) in enumerate(group_folds(manifest, ships.fit, k=folds, seed=seed))
        )
        return (*cross_fits, ships)

    def calibration_set(
        self, manifest: Manifest, held_out: Sequence[CalibrationSet], fold_files: Mapping[int, Path]
    ) -> CalibrationSet:
        """See CalibrationSource."""
        return join_sets(manifest, held_out, "out_of_fold")


class FoldRuns(CalibrationSource):
    """A whole run for each fold of the manifest, which predicts its own fold; then everything is fitted."""

    name = "fold_runs"
    allows_test_set = False
    trains_folds = True

    def plan_fits(self, manifest: Manifest, roles: Roles, *, folds: int, seed: int) -> tuple[Fit, ...]:
        """See CalibrationSource."""
        return (_fit_of_everything(roles),)

    def calibrating_folds(self, manifest: Manifest, own_fold: int | None) -> tuple[int, ...]:
        """See CalibrationSource."""
        return _folds(manifest, self.name)

    def calibration_set(
        self, manifest: Manifest, held_out: Sequence[CalibrationSet], fold_files: Mapping[int, Path]
    ) -> CalibrationSet:
        """See CalibrationSource."""
        return read_fold_logits(manifest, fold_files)


class OtherFolds(CalibrationSource):
    """For the run of one fold: the other folds' runs, each of which predicted its own fold."""

    name = "other_folds"
    has_own_predictions = False
    makes_int8 = False

    def plan_fits(self, manifest: Manifest, roles: Roles, *, folds: int, seed: int) -> tuple[Fit, ...]:
        """See CalibrationSource."""
        fit = tuple(sorted((*roles.fit, *roles.calibrate)))
        return (Fit(fit=fit, stop=roles.stop, held_out=(), folder="fit"),)

    def calibrating_folds(self, manifest: Manifest, own_fold: int | None) -> tuple[int, ...]:
        """See CalibrationSource."""
        return tuple(fold for fold in _folds(manifest, self.name) if fold != own_fold)

    def calibration_set(
        self, manifest: Manifest, held_out: Sequence[CalibrationSet], fold_files: Mapping[int, Path]
    ) -> CalibrationSet:
        """See CalibrationSource."""
        return read_fold_logits(manifest, fold_files)


SOURCES: Final[Mapping[SourceName, CalibrationSource]] = {
    source.name: source for source in (HeldOut(), OutOfFold(), FoldRuns(), OtherFolds())
}


def _fit_of_everything(roles: Roles) -> Fit:
    everything = tuple(sorted((*roles.fit, *roles.stop, *roles.calibrate)))
    return Fit(fit=everything, stop=(), held_out=(), folder="fit")


def _folds(manifest: Manifest, source: SourceName) -> tuple[int, ...]:
    """All folds of the manifest; raises RunError for fewer than two."""
    folds = sorted({row.fold for row in manifest.rows if row.fold is not None})
    if len(folds) < 2:
        raise RunError(f"calibration by {source!r} needs a manifest with at least two folds in column fold")
    return tuple(folds)
