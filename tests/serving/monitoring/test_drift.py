"""Windows of checks against the bundle's validation: when they are tested, what they find, what they forget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from serving.monitoring.drift import DriftMonitor, DriftMonitors, DriftSettings
from serving.monitoring.drift_metrics import DriftMetrics
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo
from tests.serving.servers.running import Running, run_in_thread
from vision.detector import Detector
from vision.drift_sample import read_sample
from vision.errors import ConfigError
from vision.photo.quality import QualityMeasures
from vision.verdict import PhotoJudgement

SMALL = DriftSettings(window_listings=60, window_s=0, false_alarms_per_window=0.001)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    folder = tmp_path_factory.mktemp("drift") / "bundle"
    write_tiny_bundle(folder)
    return Detector(add_tiny_sample(folder))


@pytest.fixture(scope="module")
def judged(detector: Detector) -> list[PhotoJudgement]:
    """Photos like those of validation, and none of them."""
    return [detector.judge_photo(mixed_photo(seed), 0) for seed in range(1000, 1060)]


def monitor_of(detector: Detector, settings: DriftSettings = SMALL, clock: list[float] | None = None) -> DriftMonitor:
    now = clock or [0.0]
    sample = read_sample(detector.bundle, detector.scorer.graph)
    return DriftMonitor(detector, sample, settings, DriftMetrics(CollectorRegistry()), clock=lambda: now[0])


def made_up(number: int, *, brightness: int = 100) -> PhotoJudgement:
    measures = QualityMeasures(long_side_px=240, sharpness=0.9, shadow=20, brightness=brightness, highlight=200)
    return PhotoJudgement(index=0, sha256=f"{number:064d}", logit=0.0, measures=measures, bits_per_px=2.0)


def test_a_window_like_validation_raises_no_alarm(detector: Detector, judged: list[PhotoJudgement]) -> None:
    monitor = monitor_of(detector)
    for one in judged:
        monitor.observe([one])
    (window,) = monitor.windows
    assert not window.alarm
    assert {measure.measure for measure in window.measures} == set(monitor.references)
    assert monitor.filled == 0


def test_darker_photos_raise_an_alarm_that_names_brightness(detector: Detector) -> None:
    monitor = monitor_of(detector)
    for seed in range(2000, 2060):
        monitor.observe([detector.judge_photo(mixed_photo(seed, light=0.6), 0)])
    (window,) = monitor.windows
    assert window.alarm
    assert "brightness" in {measure.measure for measure in window.measures if measure.shifted}
    assert next(one for one in window.measures if one.measure == "brightness").psi > 0.25


def test_one_photo_of_a_listing_counts_and_the_same_photo_counts_once(
    detector: Detector, judged: list[PhotoJudgement]
) -> None:
    monitor = monitor_of(detector)
    monitor.observe(judged[:12])
    monitor.observe(judged[:12])
    monitor.observe([])
    assert monitor.filled == 1


def test_a_window_lasts_its_time_and_is_tested_with_the_next_check(detector: Detector) -> None:
    clock = [0.0]
    settings = DriftSettings(window_listings=50, window_s=3600)
    monitor = monitor_of(detector, settings, clock)
    for number in range(80):
        monitor.observe([made_up(number)])
    assert (len(monitor.windows), monitor.filled) == (0, 50)
    clock[0] = 3600.0
    monitor.observe([made_up(99)])
    assert [(window.listings, window.seen) for window in monitor.windows] == [(50, 81)]


def test_a_busy_window_keeps_an_even_sample(detector: Detector) -> None:
    """Of 1,000 checks whose brightness runs from 0 to 99.9, the 200 that are kept are spread over all of it."""
    clock = [0.0]
    monitor = monitor_of(detector, DriftSettings(window_listings=200, window_s=1), clock)
    for number in range(1000):
        monitor.observe([made_up(number, brightness=number // 10)])
    clock[0] = 1.0
    monitor.observe([made_up(1000, brightness=50)])
    shares = next(one for one in monitor.windows[0].measures if one.measure == "brightness")
    assert len(shares.edges) + 1 == len(shares.window_shares) == len(shares.validation_shares)
    kept = 200 * np.array(shares.window_shares)
    expected = np.diff([0.0, *np.clip(np.array(shares.edges) + 1, 0, 100), 100.0]) * 2
    assert np.abs(kept - expected).max() < 4 * np.sqrt(200 * 0.25)


def test_a_bundle_without_a_sample_is_never_tested(tmp_path: Path, judged: list[PhotoJudgement]) -> None:
    write_tiny_bundle(tmp_path)
    monitor = monitor_of(Detector(tmp_path))
    for one in judged:
        monitor.observe([one])
    assert (monitor.sample, monitor.filled, list(monitor.windows)) == (None, 0, [])


def test_a_stated_share_of_counterfeits_reweights_validation(detector: Detector) -> None:
    """Few counterfeits where the settings say so are no drift: the blue half of validation hardly weighs then."""
    rare = Detector(detector.bundle, counterfeit_share={"toy": 0.01})
    genuine = [
        one for seed in range(3000, 3140) if ((one := detector.judge_photo(mixed_photo(seed), 0)).logit or 0) > 0
    ][:60]
    found = []
    for bundle in (detector, rare):
        monitor = monitor_of(bundle)
        for one in genuine:
            monitor.observe([one])
        found.append([measure.shifted for measure in monitor.windows[0].measures if measure.measure == "authenticity"])
    assert found == [[True], [False]]


def test_another_bundle_starts_with_an_empty_window_and_without_the_old_ones_gauges(
    detector: Detector, judged: list[PhotoJudgement], tmp_path: Path
) -> None:
    registry, sample = CollectorRegistry(), read_sample(detector.bundle, detector.scorer.graph)
    monitors = DriftMonitors(SMALL, DriftMetrics(registry))
    monitors.set_bundles([(detector, sample)])
    for one in judged[:30]:
        monitors.observe(detector, [one])
    labels = {"bundle": "tiny", "version": "1"}
    assert registry.get_sample_value("touchstone_drift_window_listings", labels) == 30
    monitors.set_bundles([(detector, sample)])
    assert monitors.monitors[0].filled == 30, "a bundle that goes on serving keeps its window"
    write_tiny_bundle(tmp_path, version="2")
    other = Detector(tmp_path)
    monitors.set_bundles([(other, None)])
    assert registry.get_sample_value("touchstone_drift_window_listings", labels) is None
    monitors.observe(detector, [judged[0]])
    assert [monitor.filled for monitor in monitors.monitors] == [0]
    monitors.set_bundles([(detector, sample)])
    assert [monitor.filled for monitor in monitors.monitors] == [0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window_listings": 49}, "window_listings: must be at least 50"),
        ({"window_s": -1.0}, "window_s"),
        ({"false_alarms_per_window": 0.0}, "false_alarms_per_window"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        DriftSettings(**settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def server(detector: Detector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = ServeSettings(bundle=(detector.bundle.folder,), store="none", drift=SMALL)
    with run_in_thread(settings) as running:
        yield running


def test_drift_shows_in_route_metric_and_log(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    (before,) = server.http.get("/v1/drift").json()["bundles"]
    assert (before["validation_listings"], before["filled"], before["windows"]) == (120, 0, [])
    for seed in range(4000, 4060):
        server.answer(mixed_photo(seed, light=0.6))
    (after,) = server.http.get("/v1/drift").json()["bundles"]
    (window,) = after["windows"]
    assert window["alarm"]
    assert (window["listings"], window["seen"], after["filled"]) == (60, 60, 0)
    text = server.http.get("/metrics").text
    assert 'touchstone_drift_alarm{bundle="tiny",version="1"} 1.0' in text
    assert 'touchstone_drift_windows_total{bundle="tiny",version="1"} 1.0' in text
    assert 'touchstone_drift_psi{bundle="tiny",measure="brightness",version="1"}' in text
    assert "brightness" in caplog.text
