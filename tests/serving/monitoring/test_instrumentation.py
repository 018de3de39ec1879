from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

from serving.monitoring.drift import DriftMonitors, DriftSettings
from serving.monitoring.instrumentation import Instrumentation
from serving.monitoring.metrics import Metrics
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo
from tests.serving.builders.new_checks import new_check
from vision.detector import Detector
from vision.drift_sample import Projection, read_sample

SMALL = DriftSettings(window_listings=60, window_s=0, false_alarms_per_window=0.001)


def test_drift_that_fails_costs_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_tiny_bundle(tmp_path)
    detector = Detector(add_tiny_sample(tmp_path, listings=20))
    sample = read_sample(detector.bundle, detector.scorer.graph)
    assert sample is not None
    metrics = Metrics()
    drift = DriftMonitors(SMALL, metrics.drift)
    other = Projection(centre=np.zeros(999, np.float32), directions=np.zeros((6, 999), np.float32))
    drift.set_bundles([(detector, dataclasses.replace(sample, projection=other))])
    seen = Instrumentation(metrics=metrics, tracing=None, drift=drift)
    check = new_check().answer
    seen.observe_answer(check, detector, [detector.judge_photo(mixed_photo(1), 0)])
    assert f"drift failed on check {check.check_id}" in caplog.text
    labels = {"product": "toy", "outcome": "review", "bundle": "b", "version": "1"}
    assert metrics.registry.get_sample_value("touchstone_checks_total", labels) == 1


def test_a_stage_is_timed_and_one_that_fails_is_not() -> None:
    metrics = Metrics()
    seen = Instrumentation(metrics=metrics, tracing=None, drift=DriftMonitors(SMALL, metrics.drift))
    with seen.stage("judge"):
        time.sleep(0.01)
    with pytest.raises(ZeroDivisionError), seen.stage("store"):
        raise ZeroDivisionError
    value = metrics.registry.get_sample_value
    assert value("touchstone_check_stage_seconds_count", {"stage": "judge"}) == 1
    assert (value("touchstone_check_stage_seconds_sum", {"stage": "judge"}) or 0) >= 0.01
    assert value("touchstone_check_stage_seconds_count", {"stage": "store"}) is None


def test_an_answer_is_counted_for_metrics_and_drift(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path)
    detector = Detector(add_tiny_sample(tmp_path, listings=20))
    metrics = Metrics()
    drift = DriftMonitors(SMALL, metrics.drift)
    drift.set_bundles([(detector, read_sample(detector.bundle, detector.scorer.graph))])
    seen = Instrumentation(metrics=metrics, tracing=None, drift=drift)
    judgements = [detector.judge_photo(mixed_photo(seed), seed) for seed in range(2)]
    seen.observe_photos(judgements)
    seen.observe_answer(new_check().answer, detector, judgements)
    value = metrics.registry.get_sample_value
    assert value("touchstone_photos_total", {"result": "judged"}) == 2
    assert value("touchstone_photo_seconds_count", {"hop": "infer"}) == 2
    labels = {"product": "toy", "outcome": "review", "bundle": "b", "version": "1"}
    assert value("touchstone_checks_total", labels) == 1
    assert value("touchstone_drift_window_listings", {"bundle": "tiny", "version": "1"}) == 1, "one photo a check"
