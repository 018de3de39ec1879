"""Drift: whether current checks have the same distribution as the bundle's validation data.

Each check gives one photo. A window of such photos is compared with the bundle's validation sample, measure by measure,
by the two-sample Kolmogorov-Smirnov test. A p-value below `false_alarms_per_window` divided by the number of measures
raises an alarm (Bonferroni correction), so the family-wise error rate of a window is at most that share. Windows do not
overlap, and at most one is tested each `window_s` seconds; until then a busy stream is sampled by a reservoir.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from serving.clock import utc_now
from serving.monitoring.drift_metrics import DriftMetrics
from serving.monitoring.drift_statistics import (
    Reference,
    bin_shares,
    expected_index,
    kolmogorov_smirnov_p,
    make_reference,
    population_stability_index,
)
from vision.config.read import setting
from vision.detector import Detector
from vision.drift_sample import ValidationSample, measure_photo, representative_photo
from vision.errors import ConfigError
from vision.verdict import PhotoJudgement

KEPT_WINDOWS = 48
log = logging.getLogger("touchstone.drift")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """When a window of checks is tested against the bundle's validation sample, and at what level."""

    window_listings: int = setting(500, help="Listings in a window; more listings detect smaller shifts, but later.")
    window_s: float = setting(
        3600.0, help="Minimum seconds of a window: within them a busy server's checks are sampled, and tested once."
    )
    false_alarms_per_window: float = setting(
        0.001, help="Maximum share of windows that raise a false alarm (family-wise error rate), above 0 and below 1."
    )

    def __post_init__(self) -> None:
        if self.window_listings < 50:
            raise ConfigError(f"window_listings: must be at least 50, got {self.window_listings}")
        if self.window_s < 0:
            raise ConfigError(f"window_s: must be at least 0, got {self.window_s}")
        if not 0 < self.false_alarms_per_window < 1:
            raise ConfigError(f"false_alarms_per_window: lies above 0 and below 1, got {self.false_alarms_per_window}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDrift:
    """One measure of a window; `psi_by_chance` is the expected PSI where nothing changed.

    `edges` [B - 1] are the inner edges of the bins; the shares of the bins are [B] each.
    """

    measure: str
    psi: float
    psi_by_chance: float
    p_value: float
    shifted: bool
    edges: tuple[float, ...]
    validation_shares: tuple[float, ...]
    window_shares: tuple[float, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TestedWindow:
    """A tested window: `listings` is the size of the sample, `seen` the number of listings while it was open."""

    opened_at: datetime.datetime
    closed_at: datetime.datetime
    listings: int
    seen: int
    measures: tuple[MeasureDrift, ...]

    @property
    def alarm(self) -> bool:
        """Whether a measure shifted."""
        return any(measure.shifted for measure in self.measures)


class DriftMonitor:
    """The windows of one bundle; not for several threads at once."""

    def __init__(
        self,
        detector: Detector,
        sample: ValidationSample | None,
        settings: DriftSettings,
        metrics: DriftMetrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        metadata = detector.bundle.metadata
        self.detector = detector
        self.settings = settings
        self.sample = sample
        self.references = {} if sample is None else _references(sample, detector.counterfeit_share)
        self.windows: deque[TestedWindow] = deque(maxlen=KEPT_WINDOWS)
        self._name = (metadata.name, metadata.version)
        self._metrics = metrics
        self._clock = clock
        self._random = random.Random(0)
        self._open()

    @property
    def filled(self) -> int:
        """Listings in the open window."""
        return len(self._rows)

    def observe(self, judgements: Sequence[PhotoJudgement]) -> None:
        """Add one photo of a check to the open window, and test the window when it is due.

        A photo that the window has already is left out: it is not independent of the first.
        """
        photo = representative_photo(judgements)
        if self.sample is None or photo is None or photo.sha256 in self._rows:
            return
        values = measure_photo(photo, self.detector.scorer.graph, self.sample.projection)
        if values is None or not np.isfinite(list(values.values())).all():
            return
        self._seen += 1
        if len(self._rows) < self.settings.window_listings:
            self._add(photo.sha256, values)
        elif (place := self._random.randrange(self._seen)) < len(self._rows):
            # Reservoir sampling, by Vitter's algorithm R.
            del self._rows[self._order[place]]
            self._rows[photo.sha256] = values
            self._order[place] = photo.sha256
        is_full = len(self._rows) == self.settings.window_listings
        if is_full and self._clock() - self._opened_s >= self.settings.window_s:
            self._test()

    def remove_metrics(self) -> None:
        """Remove the bundle's gauges, when it no longer serves."""
        self._metrics.remove(self._name)

    def _open(self) -> None:
        self._rows: dict[str, Mapping[str, float]] = {}  # by the photo's sha256
        self._order: list[str] = []
        self._seen = 0
        self._opened_s = self._clock()
        self._opened_at = utc_now()
        self._metrics.show_filling(self._name, 0)

    def _add(self, sha256: str, values: Mapping[str, float]) -> None:
        self._rows[sha256] = values
        self._order.append(sha256)
        self._metrics.show_filling(self._name, len(self._rows))

    def _test(self) -> None:
        columns = {
            name: np.array([row[name] for row in self._rows.values() if name in row]) for name in self.references
        }
        tested = TestedWindow(
            opened_at=self._opened_at,
            closed_at=utc_now(),
            listings=len(self._rows),
            seen=self._seen,
            measures=compare_window(self.references, columns, self.settings.false_alarms_per_window),
        )
        self.windows.append(tested)
        self._metrics.count_window(self._name, alarm=tested.alarm)
        for measure in tested.measures:
            self._metrics.show_measure(self._name, measure.measure, psi=measure.psi, p_value=measure.p_value)
        if tested.alarm:
            shifted = [measure.measure for measure in tested.measures if measure.shifted]
            log.warning(
                "drift: %d listings differ from the validation of %s %s in %s; see /drift",
                tested.listings,
                *self._name,
                ", ".join(shifted),
                extra={"fields": {"bundle": self._name[0], "version": self._name[1], "measures": shifted}},
            )
        self._open()


class DriftMonitors:
    """The monitors of the bundles that serve, by sha256; a bundle that returns starts with an empty window."""

    def __init__(self, settings: DriftSettings, metrics: DriftMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._monitors: dict[str, DriftMonitor] = {}

    @property
    def monitors(self) -> tuple[DriftMonitor, ...]:
        """Those of the bundles that serve now."""
        return tuple(self._monitors.values())

    def set_bundles(self, bundles: Iterable[tuple[Detector, ValidationSample | None]]) -> None:
        """Monitor these bundles from now on, each against its sample, and no others."""
        wanted = {detector.bundle.sha256: (detector, sample) for detector, sample in bundles}
        for sha256, monitor in self._monitors.items():
            if sha256 not in wanted:
                monitor.remove_metrics()  # first: a bundle whose reference was erased keeps its name and version
        self._monitors = {
            sha256: self._monitors.get(sha256) or DriftMonitor(detector, sample, self._settings, self._metrics)
            for sha256, (detector, sample) in wanted.items()
        }

    def observe(self, detector: Detector, judgements: Sequence[PhotoJudgement]) -> None:
        """Add a photo of a check to the window of the bundle that judged it, if that bundle is monitored."""
        monitor = self._monitors.get(detector.bundle.sha256)
        if monitor is not None:
            monitor.observe(judgements)


def compare_window(
    references: Mapping[str, Reference], columns: Mapping[str, NDArray[np.float64]], false_alarms: float
) -> tuple[MeasureDrift, ...]:
    """Compare each measure that the window has, at the level `false_alarms` divided by the number of measures."""
    present = {name: window for name, window in columns.items() if len(window)}
    return tuple(
        _compare(name, references[name], window, false_alarms / len(references)) for name, window in present.items()
    )


def _compare(name: str, reference: Reference, window: NDArray[np.float64], limit: float) -> MeasureDrift:
    p_value = kolmogorov_smirnov_p(reference, window)
    of_validation, of_window = bin_shares(reference, window)
    return MeasureDrift(
        measure=name,
        psi=population_stability_index(reference, window),
        psi_by_chance=expected_index(reference, len(window)),
        p_value=p_value,
        shifted=p_value < limit,
        edges=tuple(reference.edges().tolist()),
        validation_shares=tuple(of_validation.tolist()),
        window_shares=tuple(of_window.tolist()),
    )


def _references(sample: ValidationSample, counterfeit_share: Mapping[str, float]) -> dict[str, Reference]:
    weights = _weights(sample, counterfeit_share)
    return {name: make_reference(values, weights) for name, values in sample.values.items()}


def _weights(sample: ValidationSample, counterfeit_share: Mapping[str, float]) -> NDArray[np.float64]:
    """Give each row's weight [M]: where the settings state a product's share of counterfeits, its rows are reweighted.

    Validation has about as many counterfeits as genuine listings, and a marketplace has few: without weights each of
    its windows would be a false alarm (prior probability shift).
    """
    weights = np.ones(len(sample.product))
    products = np.array(sample.product)
    for product, share in counterfeit_share.items():
        own = products == product
        of_validation = sample.counterfeit[own].mean() if own.any() else 0.0
        if 0 < of_validation < 1:
            weights[own & sample.counterfeit] = share / of_validation
            weights[own & ~sample.counterfeit] = (1 - share) / (1 - of_validation)
    return weights
