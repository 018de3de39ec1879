"""From a manifest to a bundle, over all processes and all folds."""

from __future__ import annotations

import time
from contextlib import ExitStack

import torch
from rich.console import Console

from training.audit.gate import audit_before_training
from training.data.load import read_training_data
from training.errors import RunError
from training.finetune.distributed import Processes, join_processes
from training.pipeline.allocator import keep_freed_buffers
from training.pipeline.config import TrainConfig
from training.pipeline.enough_listings import require_enough_listings
from training.pipeline.plan import fold_configs, foreground_rows, plan_calibration, plan_fits, plan_roles
from training.pipeline.terminal import print_run
from training.pipeline.training_run import TrainingRun
from training.recipes.recipe import make_recipe
from training.runs.folder import AUDIT_PAGE, RunFolder, lock_run_folder, open_run_folder


def train(config: TrainConfig, console: Console) -> None:
    """Train as configured; the sealed bundle lies in `<run.folder>/bundle` when this returns.

    A killed run resumes when it is started again; a finished one is left as it is. Under torchrun every process calls
    this. Raises ManifestError, AuditRefused, RunError, ResumeMismatch and the like, each naming what to change.
    """
    torch.set_num_threads(config.threads)
    keep_freed_buffers()
    with join_processes(config.finetune.device) as processes:
        if processes.world_size > 1 and config.model.recipe == "frozen":
            raise RunError("the frozen recipe runs in one process: start it without torchrun")
        if processes.is_main:
            with ExitStack() as locks:
                _train_main(config, console, processes, locks)
        else:
            _train_worker(config, processes)


def _train_main(config: TrainConfig, console: Console, processes: Processes, locks: ExitStack) -> None:
    """What the main process does: every step of this run and of its fold runs, and then prints what came of it."""
    started_at = time.monotonic()
    run = _open_run(config, console, processes, locks)
    if run is None:
        print_run(console, RunFolder(path=config.run.folder, resumed=True))
        return
    fitted = []
    for fold in fold_configs(run.manifest, config):
        console.rule(f"fold {fold.data.fold}")
        fold_run = _open_run(fold, console, processes, locks)
        if fold_run is not None:
            fitted.append((fold_run, fold_run.fit()))
    for fold_run, networks in fitted:  # all folds have predicted by now, so that each can calibrate by the others
        console.rule(f"bundle of fold {fold_run.config.data.fold}")
        fold_run.make_bundle(networks)
    run.make_bundle(run.fit())
    print_run(console, run.folder, elapsed_s=time.monotonic() - started_at)


def _open_run(config: TrainConfig, console: Console, processes: Processes, locks: ExitStack) -> TrainingRun | None:
    """The run with its folder locked, its data read and audited; None where its bundle is there already."""
    locks.enter_context(lock_run_folder(config.run.folder))
    manifest = read_training_data(config.data, console)
    folder = open_run_folder(config.run.folder, config=config.recorded(), data_hash=manifest.sha256)
    is_done = folder.is_done
    processes.wait()
    if is_done:
        console.print(f"{folder.bundle} is already there, from the same configuration and photos.", markup=False)
        return None
    require_enough_listings(manifest, config)
    if not folder.is_audited:
        audit_before_training(
            manifest,
            config.data.audit,
            allow=config.data.audit_allow,
            threads=config.threads,
            page=folder.path / AUDIT_PAGE,
            console=console,
            limits=(config.calibration.alpha, config.calibration.beta),
            plan=plan_calibration(manifest, config),
        )
        folder.mark_audited()
    fits = plan_fits(manifest, plan_roles(manifest, config), config)
    recipe = make_recipe(manifest, config.recipe, console, foreground_rows=foreground_rows(fits))
    return TrainingRun(config=config, manifest=manifest, folder=folder, recipe=recipe, console=console)


def _train_worker(config: TrainConfig, processes: Processes) -> None:
    """What every other process does: its part of each fit, in the same order, and nothing else."""
    console = Console(quiet=True)
    processes.wait()
    if (config.run.folder / "bundle" / "bundle.json").is_file():
        return
    manifest = read_training_data(config.data, console)
    require_enough_listings(manifest, config)
    for fold in fold_configs(manifest, config):
        _train_worker(fold, processes)
    fits = plan_fits(manifest, plan_roles(manifest, config), config)
    recipe = make_recipe(manifest, config.recipe, console, foreground_rows=foreground_rows(fits), is_main=False)
    for fit in fits:
        recipe.fit(fit.fit, fit.stop, config.run.folder / fit.folder)
