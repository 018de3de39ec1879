"""One run, from a manifest to a bundle: split, fit, calibrate, export, judge what will ship."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from rich.console import Console

from training.bundling import BundleContents, write_bundle
from training.calibrate import listings_needed
from training.calibration_set import CalibrationSet, FittedCalibration, join_sets, read_logits
from training.card import write_card
from training.config import TrainConfig
from training.errors import RunError
from training.evaluate import evaluate_bundle
from training.figures import figures_as_dict
from training.gate import audit_before_training
from training.manifest import Manifest, mixed_product_listings, read_manifest, without_listings
from training.network import Network
from training.recipes import Recipe, make_recipe
from training.run_folder import RunFolder, open_run_folder
from training.splits import Roles, assign_roles, group_folds
from vision.bundle import Bundle, read_bundle, seal_bundle
from vision.config import config_as_dict

REPORT_LOGITS = "report_logits.csv"


def train(config: TrainConfig, console: Console) -> Bundle:
    """Train as configured and give the sealed bundle in `<run.folder>/bundle`.

    A killed run goes on where it was when it is started again; a finished one is only read. Raises ManifestError,
    AuditRefused, RunError, ResumeMismatch and the like, each naming what to change.
    """
    manifest = _read_data(config, console)
    run = open_run_folder(config.run.folder, config=config_as_dict(config), data_hash=manifest.sha256)
    if run.is_done:
        console.print(f"{run.bundle} is already there, from the same configuration and photos.")
        return read_bundle(run.bundle)
    torch.set_num_threads(config.threads)
    if not run.resumed:
        audit_before_training(
            manifest,
            config.data.audit,
            allow=config.data.audit_allow,
            threads=config.threads,
            page=run.folder / "audit.html",
            console=console,
        )
    job = _Job(
        config=config, manifest=manifest, run=run, recipe=make_recipe(manifest, config, console), console=console
    )
    return job.bundle()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    config: TrainConfig
    manifest: Manifest
    run: RunFolder
    recipe: Recipe
    console: Console

    def bundle(self) -> Bundle:
        data = self.config.data
        roles = assign_roles(
            self.manifest,
            fold=data.fold,
            stop_share=data.stop_share,
            calibrate_share=data.calibrate_share,
            seed=data.seed,
        )
        self._say_roles(roles)
        network, held_out = self._learn(roles)
        fitted = held_out.fit(self.config.calibration)
        self._say_calibration(fitted)
        self._keep_report_logits(network, roles)
        contents = BundleContents(
            network=network,
            calibration=fitted,
            products=self.manifest.products,
            seen=[self.manifest.rows[row].photo for row in (*roles.fit, *roles.stop, *roles.calibrate)],
            data_hash=self.manifest.sha256,
        )
        self.console.print("exporting and measuring parity …")
        return self._finish(write_bundle(self.run.folder / "bundle.part", contents, self.config), roles)

    def _learn(self, roles: Roles) -> tuple[Network, CalibrationSet]:
        everything = tuple(sorted((*roles.fit, *roles.stop, *roles.calibrate)))
        source = self.config.calibration_source
        if source == "held_out":
            if not roles.calibrate:
                raise RunError("nothing is held out to calibrate on: raise data.calibrate_share above 0")
            network = self.recipe.fit(roles.fit, roles.stop, self.run.folder / "fit")
            return network, self._judge(network, roles.calibrate)
        held_out = self._out_of_fold(everything) if source == "out_of_fold" else self._fold_runs(everything)
        return self.recipe.fit(everything, (), self.run.folder / "fit"), held_out

    def _out_of_fold(self, rows: Sequence[int]) -> CalibrationSet:
        folds = group_folds(self.manifest, rows, k=self.config.calibration.folds, seed=self.config.data.seed)
        judged = []
        for k, (fit, held_out) in enumerate(folds):
            self.console.print(
                f"cross-fitting, {k + 1} of {len(folds)}: {len(fit)} photos fit, {len(held_out)} held out"
            )
            network = self.recipe.fit(fit, (), self.run.folder / f"out-of-fold-{k}")
            judged.append(self._judge(network, held_out))
        return join_sets(self.manifest, judged, "out_of_fold")

    def _fold_runs(self, rows: Sequence[int]) -> CalibrationSet:
        """Every fold of the manifest as a run of its own, whose bundle never saw the fold that it reports on."""
        folds = sorted({fold for row in rows if (fold := self.manifest.rows[row].fold) is not None})
        if len(folds) < 2:
            raise RunError("calibration.source = 'fold_runs' needs a manifest with at least two folds in column fold")
        logits: dict[str, float] = {}
        for fold in folds:
            self.console.rule(f"fold {fold} of {len(folds)}")
            folder = fold_folder(self.run.folder, fold)
            train(
                replace(
                    self.config,
                    data=replace(self.config.data, fold=fold, audit="table"),
                    run=replace(self.config.run, folder=folder, name=f"{self.config.run.name}-fold-{fold}"),
                ),
                self.console,
            )
            logits |= read_logits(folder / REPORT_LOGITS)
        self.console.rule("all folds")
        known = tuple(row for row in rows if str(self.manifest.rows[row].photo) in logits)
        values = torch.tensor([logits[str(self.manifest.rows[row].photo)] for row in known], dtype=torch.float64)
        return CalibrationSet(manifest=self.manifest, rows=known, logit=values.numpy(), source="out_of_fold")

    def _judge(self, network: Network, rows: Sequence[int]) -> CalibrationSet:
        logit = self.recipe.logits(network, rows)
        return CalibrationSet(manifest=self.manifest, rows=tuple(rows), logit=logit, source="held_out")

    def _keep_report_logits(self, network: Network, roles: Roles) -> None:
        if roles.report:
            self._judge(network, roles.report).write(self.run.folder / REPORT_LOGITS)

    def _finish(self, bundle: Bundle, roles: Roles) -> Bundle:
        """Judge the sealed bundle on what only reports, put the figures and the card in, and give it its name."""
        if roles.report:
            reported = {self.manifest.rows[row].photo for row in roles.report}
            evaluation = evaluate_bundle(
                bundle,
                self.manifest.where(lambda row: row.photo in reported),
                out=self.run.folder / "report",
                threads=self.config.threads,
                console=self.console,
            )
            bundle = seal_bundle(bundle.folder, replace(bundle.record, metrics=figures_as_dict(evaluation.figures)))
        fitted = [row for row in range(len(self.manifest.rows)) if row not in set(roles.report)]
        write_card(bundle.folder, bundle.record, manifest=self.manifest, fitted=fitted)
        seal_bundle(bundle.folder, bundle.record)
        os.replace(bundle.folder, self.run.bundle)
        self.console.print(f"bundle: {self.run.bundle}")
        return read_bundle(self.run.bundle)

    def _say_roles(self, roles: Roles) -> None:
        parts = []
        for name in ("fit", "stop", "calibrate", "report"):
            rows = getattr(roles, name)
            listings = len({self.manifest.rows[row].listing for row in rows})
            parts.append(f"{name} {listings} listings ({len(rows)} photos)")
        self.console.print("; ".join(parts))

    def _say_calibration(self, fitted: FittedCalibration) -> None:
        limits = {"genuine": self.config.calibration.alpha, "counterfeit": self.config.calibration.beta}
        for label, n in (("genuine", fitted.n_genuine), ("counterfeit", fitted.n_counterfeit)):
            needed = listings_needed(limits[label])
            if n < needed:
                self.console.print(
                    f"[yellow]{n} {label} listings calibrate; a guarantee of at most {limits[label]:.0%} errors takes at "
                    f"least {needed}. The thresholds are estimates."
                )


def fold_folder(folder: Path, fold: int) -> Path:
    """Where a run with `calibration.source = 'fold_runs'` keeps the run of one fold."""
    return folder / "folds" / str(fold)


def _read_data(config: TrainConfig, console: Console) -> Manifest:
    data = config.data
    manifest = read_manifest(data.manifest, where=data.where, product=data.product).labelled()
    mixed = mixed_product_listings(manifest)
    if mixed and data.drop_mixed_listings:
        console.print(f"left out {len(mixed)} listings that show two products: {', '.join(mixed)}")
        manifest = without_listings(manifest, mixed)
    return manifest
