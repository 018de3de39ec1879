"""Traces by the real SDK: what a request's spans are, whose they are, and what is not in them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import serving.services
from serving.monitoring.tracing import Tracing, TracingSettings, open_tracing
from serving.settings import ServeSettings
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, jpeg_with_metadata, truncated_jpeg
from tests.serving.servers.running import Running, run_in_thread
from vision.errors import ConfigError

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def server(
    tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory, exporter: InMemorySpanExporter
) -> Iterator[Running]:
    """A server whose spans stay in memory: the SDK's own exporter in place of the one that sends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            serving.services, "open_tracing", lambda settings: Tracing(settings, SimpleSpanProcessor(exporter))
        )
        settings = ServeSettings(
            bundle=(tiny_bundle,), store=str(tmp_path_factory.mktemp("store")), api_key="secret-key", threads=1
        )
        with run_in_thread(settings) as running:
            yield running


@pytest.fixture
def spans(server: Running, exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    exporter.clear()
    return exporter


def by_name(spans: InMemorySpanExporter, requests: int = 1) -> dict[str, list[ReadableSpan]]:
    """The spans by name, once those of so many checks are there: a request's ends after its answer has left."""
    end = time.monotonic() + 30
    while sum(span.name == "POST /v1/checks" for span in spans.get_finished_spans()) < requests:
        assert time.monotonic() < end, "the spans did not come"
        time.sleep(0.01)
    found: dict[str, list[ReadableSpan]] = {}
    for span in spans.get_finished_spans():
        found.setdefault(span.name, []).append(span)
    return found


def id_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def parent_of(span: ReadableSpan) -> int:
    assert span.parent is not None
    return int(span.parent.span_id)


def test_a_check_has_a_span_for_the_request_and_one_for_each_stage_and_step(
    server: Running, spans: InMemorySpanExporter
) -> None:
    server.answer(jpeg(RED), jpeg(BLUE))
    found = by_name(spans)
    (request,) = found["POST /v1/checks"]
    found.pop("GET /readyz", None)
    assert {name: len(entries) for name, entries in found.items()} == {
        "POST /v1/checks": 1,
        "judge": 1,
        "decode": 2,
        "resize": 2,
        "infer": 2,
        "measure": 2,
        "decide": 1,
        "store": 1,
    }
    for stage in ("judge", "decide", "store"):
        assert parent_of(found[stage][0]) == id_of(request)
    (judge,) = found["judge"]
    for step in (*found["decode"], *found["infer"]):
        assert parent_of(step) == id_of(judge)
        assert (judge.start_time or 0) - 10**6 <= (step.start_time or 0) < (step.end_time or 0)
        assert (step.end_time or 0) <= (judge.end_time or 0) + 10**6, "within a millisecond: two clocks are compared"
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["http.route"] == "/v1/checks"
    assert request.attributes["touchstone.product"] == "toy"
    assert request.attributes["touchstone.outcome"] in ("review", "genuine", "counterfeit")


def test_a_callers_trace_is_continued_and_without_one_a_new_one_begins(
    server: Running, spans: InMemorySpanExporter
) -> None:
    server.check(jpeg(), headers=CALLER)
    server.check(jpeg())
    server.check(jpeg(), headers={"traceparent": "nonsense"})
    of_caller, own, third = by_name(spans, 3)["POST /v1/checks"]
    assert of_caller.parent is not None
    assert (f"{of_caller.context.trace_id:032x}", f"{of_caller.parent.span_id:016x}") == (TRACE, PARENT)
    assert own.parent is third.parent is None
    assert len({span.context.trace_id for span in (of_caller, own, third)}) == 3


def test_a_caller_who_samples_nothing_is_not_traced(server: Running, spans: InMemorySpanExporter) -> None:
    server.check(jpeg(), headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    server.check(jpeg(), headers=CALLER)
    (only,) = by_name(spans)["POST /v1/checks"]
    assert only.parent is not None


def test_the_span_of_a_refusal_has_its_code_and_that_of_an_unexpected_error_fails(
    server: Running, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.check(truncated_jpeg())

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("private text")

    detector = server.services.bundles.slots[0].active.detector
    monkeypatch.setattr(detector, "decide_listing", fail)
    assert server.check(jpeg()).status_code == 500
    refused, failed = by_name(spans, 2)["POST /v1/checks"]
    assert refused.attributes is not None
    assert (refused.attributes["touchstone.problem"], refused.status.is_ok) == ("photo_truncated", True)
    assert not failed.status.is_ok
    assert "private text" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_spans_hold_nothing_of_the_photo_the_key_or_the_listing(server: Running, spans: InMemorySpanExporter) -> None:
    answer = server.answer(
        jpeg_with_metadata(),
        listing={"listing_id": "private-listing", "seller_id": "private-seller", "attributes": {"a": "private-note"}},
    )
    server.http.get(f"/v1/checks/{answer['check_id']}")
    server.http.get("/v1/checks", params={"listing_id": "private-listing"})
    server.http.get("/made-up/private-path")
    server.answer(jpeg())
    found = by_name(spans, 2)
    exported = "".join(span.to_json() for entries in found.values() for span in entries)
    for secret in ("private", "SecretCamera", "secret-key", answer["photos"][0]["sha256"], answer["check_id"]):
        assert secret not in exported
    assert found["GET /v1/checks/{check_id}"]


def test_without_an_address_nothing_is_traced() -> None:
    assert open_tracing(TracingSettings()) is None


def test_an_address_without_the_extra_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigError, match=r'"telemetry", which is not installed; pip install'):
        open_tracing(TracingSettings(endpoint="http://localhost:4318"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"endpoint": "localhost:4318"}, "endpoint"), ({"sampled_share": 1.5}, "sampled_share")],
)
def test_settings_of_traces_are_validated(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        TracingSettings(**settings)  # type: ignore[arg-type]
