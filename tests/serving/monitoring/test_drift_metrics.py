from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from serving.monitoring.drift import DriftMonitors, DriftSettings
from serving.monitoring.drift_metrics import DriftMetrics
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample
from vision.detector import Detector
from vision.drift_sample import read_sample

SMALL = DriftSettings(window_listings=60, window_s=0, false_alarms_per_window=0.001)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    folder = tmp_path_factory.mktemp("drift") / "bundle"
    write_tiny_bundle(folder)
    return Detector(add_tiny_sample(folder))


def test_a_bundle_of_the_same_version_takes_over_the_gauges(detector: Detector, tmp_path: Path) -> None:
    """As after an erased reference: other bytes, the same name and version."""
    registry = CollectorRegistry()
    monitors = DriftMonitors(SMALL, DriftMetrics(registry))
    monitors.set_bundles([(detector, read_sample(detector.bundle, detector.scorer.graph))])
    write_tiny_bundle(tmp_path)
    other = Detector(tmp_path)
    assert other.bundle.sha256 != detector.bundle.sha256
    monitors.set_bundles([(other, None)])
    labels = {"bundle": "tiny", "version": "1"}
    assert registry.get_sample_value("touchstone_drift_window_listings", labels) == 0


def test_removing_a_bundle_removes_its_gauges_and_keeps_its_counters() -> None:
    registry = CollectorRegistry()
    metrics, bundle = DriftMetrics(registry), ("tiny", "1")
    metrics.show_filling(bundle, 7)
    metrics.show_measure(bundle, "brightness", psi=0.3, p_value=0.01)
    metrics.count_window(bundle, alarm=True)
    metrics.count_window(bundle, alarm=False)
    labels = {"bundle": "tiny", "version": "1"}
    value = registry.get_sample_value
    assert value("touchstone_drift_window_listings", labels) == 7
    assert value("touchstone_drift_psi", {**labels, "measure": "brightness"}) == 0.3
    assert value("touchstone_drift_alarm", labels) == 0, "of the last window"
    metrics.remove(bundle)
    assert value("touchstone_drift_window_listings", labels) is None
    assert value("touchstone_drift_psi", {**labels, "measure": "brightness"}) is None
    assert value("touchstone_drift_windows_total", labels) == 2
    assert value("touchstone_drift_alarms_total", labels) == 1
