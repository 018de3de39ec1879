"""Instrumentation of a check: one call feeds metrics, traces and drift."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence

from serving.monitoring.drift import DriftMonitors
from serving.monitoring.metrics import Metrics
from serving.monitoring.tracing import Tracing
from serving.schemas.checks import Check
from vision.detector import Detector
from vision.verdict import PhotoJudgement

log = logging.getLogger("touchstone.drift")


class Instrumentation:
    """Observes checks; it decides nothing."""

    def __init__(self, *, metrics: Metrics, tracing: Tracing | None, drift: DriftMonitors) -> None:
        self.metrics = metrics
        self.tracing = tracing
        self.drift = drift

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage of a check, in a span of its own."""
        start = time.perf_counter()
        with contextlib.nullcontext() if self.tracing is None else self.tracing.span(name):
            yield
        self.metrics.time_stage(name, time.perf_counter() - start)

    def observe_photos(self, judgements: Sequence[PhotoJudgement]) -> None:
        """Count photos with the times of their steps; called inside the stage that judges them."""
        self.metrics.count_photos(judgements)
        if self.tracing is not None:
            for judgement in judgements:
                self.tracing.add_timings(judgement.index, judgement.timings)

    def observe_answer(self, check: Check, detector: Detector, judgements: Sequence[PhotoJudgement]) -> None:
        """Count a verdict, and add a photo of it to the bundle's window of drift."""
        self.metrics.count_check(check)
        if self.tracing is not None:
            self.tracing.add_outcome(
                product=check.product, outcome=check.outcome, bundle=check.bundle.name, version=check.bundle.version
            )
        try:
            self.drift.observe(detector, judgements)
        except Exception:  # the check is judged and stored, so it must be answered
            log.exception("drift failed on check %s", check.check_id)
