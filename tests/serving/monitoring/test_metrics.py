"""Every metric is documented, and the dashboard asks for none that doesn't exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.monitoring.metrics import Metrics
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.raw_http import check_head, connect
from tests.serving.servers.running import Running

ROOT = Path(__file__).parents[3]
DASHBOARD = ROOT / "deploy" / "grafana" / "touchstone.json"
ROW = re.compile(r"^\| `(touchstone_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)


def served_metrics() -> dict[str, tuple[str, set[str]]]:
    """Give each metric's kind and labels by the name under which it is asked for."""
    registry: Any = Metrics().registry
    found = {}
    for collector in set(registry._collector_to_names):
        (family,) = collector.describe()
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, set(collector._labelnames))
    return found


def documented_metrics() -> dict[str, tuple[str, set[str]]]:
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(page)}


def test_the_page_lists_every_metric_with_its_kind_and_labels() -> None:
    assert len(served_metrics()) > 15
    assert documented_metrics() == served_metrics()


def queries() -> Iterator[tuple[str, str]]:
    """Give each panel's title with one of its queries; and the variables'."""
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


def names_in(query: str) -> set[str]:
    return set(re.findall(r"touchstone_\w+", query))


def test_every_query_of_the_dashboard_names_metrics_and_labels_that_exist() -> None:
    served = served_metrics()
    asked = {name for name, (kind, _) in served.items() if kind != "histogram"} | {
        f"{name}_{part}"
        for name, (kind, _) in served.items()
        if kind == "histogram"
        for part in ("bucket", "sum", "count")
    }
    labels = {"le", "job", "instance"}.union(*(own for _, own in served.values()))
    found = list(queries())
    assert len(found) > 15
    for title, query in found:
        assert names_in(query), title
        assert names_in(query) <= asked, title
        used = re.findall(r"(?:by|without) \(([^)]*)\)", query) + re.findall(r"\{([^}]*)\}", query)
        named = {name for part in used for name in re.findall(r"(\w+)(?==|,|$|\s*=~|\s*!=)", part) if name}
        assert named <= labels, (title, named - labels)


def test_the_dashboard_shows_every_metric() -> None:
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for _, query in queries() for name in names_in(query)}
    assert set(served_metrics()) - shown == set()


def test_the_dashboards_panels_lie_beside_each_other() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        place: dict[str, int] = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def value_of(server: Running, line: str) -> float:
    text: str = server.http.get("/metrics").text
    return sum(float(found.rpartition(" ")[2]) for found in text.splitlines() if found.startswith(line))


@pytest.mark.parametrize("step", ["decode", "resize", "infer", "measure"])
def test_each_step_of_a_photo_is_timed(server: Running, step: str) -> None:
    count, seconds = (f'touchstone_photo_seconds_{part}{{hop="{step}"}}' for part in ("count", "sum"))
    before = value_of(server, count), value_of(server, seconds)
    server.answer(jpeg(RED), jpeg(RED, seed=1))
    assert value_of(server, count) == before[0] + 2
    assert value_of(server, seconds) > before[1]


def test_what_is_in_flight_is_counted_in_and_out_again(server: Running) -> None:
    server.answer(jpeg(RED))
    server.http.post("/v1/checks", content=b"x" * 5000, headers={"Content-Type": "text/plain"})
    assert value_of(server, "touchstone_requests_in_flight ") == 1, "this very request"
    assert value_of(server, "touchstone_body_bytes_in_hand ") == 0
    assert value_of(server, "touchstone_compute_threads_busy ") == 0
    assert value_of(server, "touchstone_compute_threads ") == server.services.compute.threads


def test_what_an_upload_holds_is_shown_while_it_lasts(server: Running) -> None:
    with connect(server) as upload:
        upload.sendall(check_head(5000) + bytes(3000))
        until(lambda: value_of(server, "touchstone_body_bytes_in_hand ") == 3000)
    until(lambda: value_of(server, "touchstone_body_bytes_in_hand ") == 0)


def test_photos_are_counted_by_the_size_of_their_batch(server: Running) -> None:
    alone, seen = 'touchstone_batch_photos_bucket{le="1.0"}', "touchstone_batch_photos_count"
    before = value_of(server, alone), value_of(server, seen)
    server.answer(jpeg(RED), jpeg(RED, seed=1))
    assert (value_of(server, alone) - before[0], value_of(server, seen) - before[1]) == (2, 2)


def metric(server: Running, line: str) -> float:
    for found in server.http.get("/metrics").text.splitlines():
        if found.startswith(line + " "):
            return float(found.rpartition(" ")[2])
    return 0.0


def test_metrics_count_requests_outcomes_problems_and_photos(server: Running) -> None:
    lines = {
        'touchstone_requests_total{method="POST",route="/v1/checks",status="200"}': 2,
        'touchstone_requests_total{method="POST",route="/v1/checks",status="422"}': 1,
        'touchstone_checks_total{bundle="tiny",outcome="genuine",product="toy",version="1"}': 1,
        'touchstone_checks_total{bundle="tiny",outcome="counterfeit",product="toy",version="1"}': 1,
        'touchstone_problems_total{code="photo_truncated"}': 1,
        'touchstone_photos_total{result="judged"}': 2,
        'touchstone_photos_total{result="photo_truncated"}': 2,
        'touchstone_check_stage_seconds_count{stage="judge"}': 3,
        'touchstone_check_stage_seconds_count{stage="store"}': 2,
    }
    before = {line: metric(server, line) for line in lines}
    server.check(jpeg(RED), truncated_jpeg())
    server.check(jpeg(BLUE))
    server.check(truncated_jpeg())
    assert {line: metric(server, line) - before[line] for line in lines} == lines
    assert metric(server, "touchstone_queue_depth") == 0
    assert 'touchstone_bundle_info{graph="fp32",name="tiny",sha256="' in server.http.get("/metrics").text


def test_unknown_addresses_add_no_metric(server: Running) -> None:
    for path in ("/made-up-1", "/v1/made-up-2", "/v1/checks/made-up-3"):
        server.http.get(path)
    server.http.request("PURGE", "/v1/checks")
    assert "made-up" not in server.http.get("/metrics").text
    assert "PURGE" not in server.http.get("/metrics").text
