"""Which rows have which role and which networks a run fits: known before anything is fitted.

Every process of a distributed run makes the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.audit.guarantee_checks import CalibrationPlan
from training.calibration.sources import Fit
from training.data.manifest import Manifest
from training.data.splits import Roles, assign_roles
from training.errors import RunError
from training.pipeline.config import TrainConfig
from training.runs.folder import FOLDS_FOLDER


def plan_roles(manifest: Manifest, config: TrainConfig) -> Roles:
    """Which rows are fitted, stop early, calibrate and test. Raises RunError and SplitError."""
    data, source = config.data, config.calibration_source
    if data.report_share and not source.allows_test_set:
        raise RunError(
            f"calibration.source = {source.name!r} fits every listing of every fold, so no share can be a test set: "
            "set data.report_share to 0"
        )
    roles = assign_roles(
        manifest,
        fold=data.fold,
        stop_share=data.stop_share,
        calibrate_share=data.calibrate_share if source.holds_back_share else 0.0,
        report_share=data.report_share,
        seed=data.seed,
    )
    if roles.report and not source.allows_test_set:
        raise RunError(
            f"calibration.source = {source.name!r} fits every listing of every fold, but the column split keeps test "
            "listings apart: leave those rows out (data.where = [\"split!=test\"]), or take 'out_of_fold'"
        )
    return roles


def plan_calibration(manifest: Manifest, config: TrainConfig) -> CalibrationPlan:
    """What calibrates the run, for the audit's advice. Raises RunError and SplitError."""
    roles = plan_roles(manifest, config)
    by_split = config.data.fold is None and any(row.split == "val" for row in manifest.rows)
    return CalibrationPlan(
        learned=(*roles.fit, *roles.stop, *roles.calibrate),
        calibrating=roles.calibrate,
        share=None if by_split else config.data.calibrate_share,
        can_guarantee=config.calibration_source.guarantees_thresholds,
    )


def describe_test_set(manifest: Manifest, config: TrainConfig) -> str:
    """Which listings a run keeps for testing alone, where it keeps any: `fold 2`, for example."""
    if config.data.fold is not None:
        return f"fold {config.data.fold}"
    if any(row.split for row in manifest.rows):
        return "split test"
    return f"{config.data.report_share:.0%} of the listings, drawn by data.report_share".replace("%", " %")


def plan_fits(manifest: Manifest, roles: Roles, config: TrainConfig) -> tuple[Fit, ...]:
    """The fits of this run itself, in order; the last one is the network that ships. Raises RunError and SplitError."""
    return config.calibration_source.plan_fits(manifest, roles, folds=config.calibration.folds, seed=config.data.seed)


def foreground_rows(fits: Sequence[Fit]) -> tuple[int, ...]:
    """The rows that the foreground head learns from: those of the network that ships."""
    return tuple(sorted((*fits[-1].fit, *fits[-1].stop)))


def fold_configs(manifest: Manifest, config: TrainConfig) -> tuple[TrainConfig, ...]:
    """The run of each fold that comes before this run; none where the calibration source asks for none."""
    if not config.calibration_source.trains_folds:
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
    """The folds whose runs' predictions calibrate this run, each with its run's folder; none where this run's do.

    They lie in `folds/` of the run of everything, named by their numbers. Raises RunError for fewer than two folds.
    """
    source, folder = config.calibration_source, config.run.folder
    root = folder / FOLDS_FOLDER if source.trains_folds else folder.parent
    return {fold: root / str(fold) for fold in source.calibrating_folds(manifest, config.data.fold)}
