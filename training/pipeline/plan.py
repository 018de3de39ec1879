"""Which networks a run fits, in which order: known before anything is fitted, so that all processes agree on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from training.data.manifest import Manifest
from training.data.splits import Roles, group_folds
from training.errors import RunError
from training.pipeline.config import TrainConfig
from training.runs.folder import FOLDS_FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One network: the rows that it learns from and is stopped by, those it then judges, and its folder."""

    fit: tuple[int, ...]
    stop: tuple[int, ...]
    held_out: tuple[int, ...]
    folder: Path


def plan_fits(manifest: Manifest, roles: Roles, config: TrainConfig) -> tuple[Fit, ...]:
    """The fits of this run itself, in order; the last one is the network that ships. Raises RunError."""
    folder = config.run.folder
    everything = tuple(sorted((*roles.fit, *roles.stop, *roles.calibrate)))
    ships = Fit(fit=everything, stop=(), held_out=(), folder=folder / "fit")
    if config.calibration_source == "fold_runs":
        return (ships,)
    if config.calibration_source == "other_folds":
        fit = tuple(sorted((*roles.fit, *roles.calibrate)))
        return (Fit(fit=fit, stop=roles.stop, held_out=(), folder=folder / "fit"),)
    if config.calibration_source == "out_of_fold":
        folds = group_folds(manifest, everything, k=config.calibration.folds, seed=config.data.seed)
        crossed = [
            Fit(fit=fit, stop=(), held_out=held_out, folder=folder / f"out-of-fold-{k}")
            for k, (fit, held_out) in enumerate(folds)
        ]
        return (*crossed, ships)
    if not roles.calibrate:
        raise RunError("nothing is held out to calibrate on: raise data.calibrate_share above 0")
    return (Fit(fit=roles.fit, stop=roles.stop, held_out=roles.calibrate, folder=folder / "fit"),)


def fold_configs(manifest: Manifest, config: TrainConfig) -> tuple[TrainConfig, ...]:
    """The run of each fold that `calibration.source = 'fold_runs'` asks for; none where it asks for none."""
    if config.calibration_source != "fold_runs":
        return ()
    return tuple(
        replace(
            config,
            data=replace(config.data, fold=fold, audit="table"),
            run=replace(config.run, folder=folder, name=f"{config.run.name}-fold-{fold}"),
        )
        for fold, folder in calibrating_folds(manifest, config).items()
    )


def calibrating_folds(manifest: Manifest, config: TrainConfig) -> dict[int, Path]:
    """The folds whose runs' answers calibrate this run, each with its run's folder; none where others calibrate it.

    They lie in `folds/` of the run of everything, named by their numbers. Raises RunError for fewer than two folds.
    """
    if config.calibration_source not in ("fold_runs", "other_folds"):
        return {}
    folds = sorted({row.fold for row in manifest.rows if row.fold is not None})
    if len(folds) < 2:
        raise RunError(
            f"calibration by {config.calibration_source!r} needs a manifest with at least two folds in column fold"
        )
    if config.calibration_source == "fold_runs":
        return {fold: config.run.folder / FOLDS_FOLDER / str(fold) for fold in folds}
    return {fold: config.run.folder.parent / str(fold) for fold in folds if fold != config.data.fold}
