"""Whether each label of a manifest has enough listings for what a run does with them, known before anything is read.

A label that is there must be fitted, calibrated and, where it is used, stop early: a bundle that lacks one of these
would claim what it can't know. The numbers follow from the plan: calibration.folds, the kind of bundle, its limits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from training.calibration.bundle_kind import bundle_kind, calibrating_listings_needed, labels_needed
from training.data.manifest import Label, Manifest
from training.data.splits import Roles, group_rows
from training.errors import RunError
from training.pipeline.config import TrainConfig
from training.pipeline.plan import calibrating_folds, describe_test_set, fold_configs, plan_fits, plan_roles
from vision.bundle.metadata import AuthenticityKind
from vision.counting import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """`needed` of each label's listings (or of groups that stay together: of one seller) must be among `rows`."""

    rows: tuple[int, ...]
    needed: int
    verb: str = ""
    counts_groups: bool = False


def require_enough_listings(manifest: Manifest, config: TrainConfig) -> None:
    """Raise RunError, with the number that is needed and what to do, where a label has too few listings for the run."""
    kind = bundle_kind(manifest)
    if kind == "conformal" and config.model.recipe == "finetune":
        raise RunError(
            "every label is genuine, and fine-tuning needs both labels: set model.recipe = 'frozen', which learns "
            "what genuine photos have in common"
        )
    for run in (*fold_configs(manifest, config), config):
        roles = plan_roles(manifest, run)
        labels = labels_needed(kind)
        for demand in _demands(manifest, run, roles, kind):
            short = [label for label in labels if _count(manifest, demand, label) < demand.needed]
            if short:
                raise RunError(_Refusal(manifest=manifest, config=run, kind=kind, roles=roles).message(demand, short))


def _demands(manifest: Manifest, config: TrainConfig, roles: Roles, kind: AuthenticityKind) -> Iterator[_Demand]:
    """What the run demands of each label, in the order in which a refusal helps most."""
    source = config.calibration_source
    everything = (*roles.fit, *roles.stop, *roles.calibrate)
    if source.cross_fits:
        yield _Demand(rows=everything, needed=config.calibration.folds, counts_groups=True)
    folds = calibrating_folds(manifest, config)
    calibrating = roles.calibrate if source.holds_back_share else everything
    if folds:
        calibrating = tuple(index for index, row in enumerate(manifest.rows) if row.fold in folds)
    needed = calibrating_listings_needed(kind, config.calibration.alpha)
    yield _Demand(rows=calibrating, needed=needed, verb="calibrate")
    for fit in plan_fits(manifest, roles, config):
        yield _Demand(rows=fit.fit, needed=1, verb="are fitted")
        if config.model.recipe == "finetune" and fit.stop:
            yield _Demand(rows=fit.stop, needed=1, verb="are for early stopping (data.stop_share)")


def _count(manifest: Manifest, demand: _Demand, label: Label) -> int:
    rows = _of_label(manifest, demand.rows, label)
    return len(group_rows(manifest, rows)) if demand.counts_groups else _listings(manifest, rows)


def _of_label(manifest: Manifest, rows: Iterable[int], label: Label) -> list[int]:
    return [index for index in rows if manifest.rows[index].label == label]


def _listings(manifest: Manifest, rows: Iterable[int]) -> int:
    return len({manifest.rows[index].listing for index in rows})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """The words of a refusal: what there is, what it takes and why, and what to do."""

    manifest: Manifest
    config: TrainConfig
    kind: AuthenticityKind
    roles: Roles

    def message(self, demand: _Demand, short: Sequence[Label]) -> str:
        found = " and ".join(f"{self._listings(label)} {label}" for label in short)
        are = "listing is" if sum(self._listings(label) for label in short) == 1 else "listings are"
        got = " and ".join(str(_count(self.manifest, demand, label)) for label in short)
        takes = f"it takes {demand.needed}{' of each' if len(short) > 1 else ''}"
        reason = f"{got} of them {demand.verb}, and {takes}"
        if demand.counts_groups:
            reason = f"{takes}, one in each of calibration.folds = {demand.needed}"
        return (
            f"{self._outside}{found} {are} too few: {reason}{self._why(demand)}{self._sellers(short)}. "
            f"{'; '.join(self._advice(demand, short))}"
        )

    def _why(self, demand: _Demand) -> str:
        alpha, share = self.config.calibration.alpha, self.config.data.calibrate_share
        why = ""
        if demand.verb == "calibrate" and self.kind == "conformal":
            why = f", since of fewer genuine listings none could be as rare as calibration.alpha = {alpha:g}"
        if demand.verb == "calibrate" and self._holds_back and share and not self._has_val:
            why += f" (about {math.ceil(demand.needed / share)} in all, at data.calibrate_share = {share:g})"
        return why

    def _sellers(self, short: Sequence[Label]) -> str:
        groups = {label: self._groups(label) for label in short}
        parts = [f"{counted(n, 'seller')}" for label, n in groups.items() if n < self._listings(label)]
        return f"; they are of {' and '.join(parts)}, whose listings stay in one set" if parts else ""

    def _advice(self, demand: _Demand, short: Sequence[Label]) -> Iterator[str]:
        yield f"Add {' and '.join(short)} listings"
        fewest = min(self._groups(label) for label in short)
        everything = all(self._listings(label) >= demand.needed for label in short)
        if demand.counts_groups and fewest > 1:
            yield f"or set calibration.folds = {fewest}"
        elif demand.verb == "calibrate" and self._holds_back:
            yield "or mark more of them as split val" if self._has_val else "or raise data.calibrate_share"
            if fewest > 1 and everything:
                folds = f" and calibration.folds = {fewest}" if fewest < self.config.calibration.folds else ""
                yield f"or set {self._source_setting} = 'out_of_fold'{folds}, which calibrates on all of them"
        if self.config.data.fold is not None:
            yield "or spread them over more folds in column fold"
        if list(short) == ["counterfeit"]:
            yield from self._without_counterfeits()

    def _without_counterfeits(self) -> Iterator[str]:
        """How to train on the genuine listings alone, where these are enough for that."""
        genuine = self._listings("genuine")
        needed = calibrating_listings_needed("conformal", self.config.calibration.alpha)
        if genuine < needed:
            return
        settings = ["data.where = ['label==genuine']"]
        if self._holds_back and self.config.data.calibrate_share * genuine < needed:
            settings.append(f"{self._source_setting} = 'out_of_fold'")
        if self.config.model.recipe != "frozen":
            settings.append("model.recipe = 'frozen'")
        yield (
            f"or leave them out with {' and '.join(settings)}: the bundle then knows genuine listings alone, flags "
            "what is unlike them, and never says genuine"
        )

    def _listings(self, label: Label) -> int:
        return _listings(self.manifest, _of_label(self.manifest, self._trained, label))

    def _groups(self, label: Label) -> int:
        return len(group_rows(self.manifest, _of_label(self.manifest, self._trained, label)))

    @property
    def _outside(self) -> str:
        """The listings that are kept for testing are none of those that are counted."""
        if self.config.data.fold is not None:
            return f"outside fold {self.config.data.fold}, "
        return f"outside the test set ({describe_test_set(self.manifest, self.config)}), " if self.roles.report else ""

    @property
    def _trained(self) -> tuple[int, ...]:
        return (*self.roles.fit, *self.roles.stop, *self.roles.calibrate)

    @property
    def _holds_back(self) -> bool:
        return self.config.calibration_source.holds_back_share

    @property
    def _has_val(self) -> bool:
        return self.config.data.fold is None and any(row.split == "val" for row in self.manifest.rows)

    @property
    def _source_setting(self) -> str:
        return "calibration.source" if self.config.data.fold is None else "calibration.fold_source"
