from __future__ import annotations

import json

from serving.jobs.json_lines import JsonLines
from serving.jobs.manifest import ManifestLines
from serving.routes.openapi.job_examples import JOB_EXAMPLES, JOB_LINES_EXAMPLE, JOB_RESULTS_EXAMPLE, MANIFEST_EXAMPLE
from serving.schemas.checks import CheckSent
from serving.schemas.jobs import JobResult


def test_the_lines_of_the_examples_are_what_is_sent_and_answered() -> None:
    lines = JsonLines(1000).feed(JOB_LINES_EXAMPLE.encode())
    manifest = ManifestLines(1000)
    rows = [*manifest.feed(MANIFEST_EXAMPLE.encode()), *manifest.finish()]
    sent = [CheckSent.model_validate_json(line.content or b"") for line in (*lines, *rows)]
    assert [len(check.photos) for check in sent] == [1, 1, 2]
    answered = [JobResult.model_validate_json(line) for line in JOB_RESULTS_EXAMPLE.splitlines()]
    assert [result.state for result in answered] == ["judged", "parked"]


def test_the_counts_of_the_example_add_up() -> None:
    job = json.loads(json.dumps(JOB_EXAMPLES["Job"]))
    counts = job["counts"]
    assert sum(value for name, value in counts.items() if name != "outcomes") == job["lines"]
    assert sum(counts["outcomes"].values()) == counts["judged"]
    assert job["left"] == counts["waiting"] + counts["running"]
