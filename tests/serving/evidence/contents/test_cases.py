from __future__ import annotations

import json
import zipfile

from tests.serving.evidence.conftest import Site
from tests.serving.evidence.contents.test_checks import report_of


def test_a_case_has_its_moves_and_what_each_of_its_checks_has(case_zip: zipfile.ZipFile, site: Site) -> None:
    case = json.loads(case_zip.read("case/case.json"))
    assert (case["case_id"], len(case["moves"]), "allowed_moves" in case) == (site.case_id, 1, False)
    assert json.loads(case_zip.read("checks/001/check.json"))["check_id"] == site.check["check_id"]
    actions = [json.loads(line)["action"] for line in case_zip.read("audit-log/entries.jsonl").splitlines()]
    assert {"case.opened", "review.recorded"} <= set(actions)
    text = report_of(case_zip)
    for expected in ("sold as new", "Contents", "deleted since", "it was deleted since, or is not yours to see"):
        assert expected in text, expected


def test_more_checks_than_one_file_takes_are_named(case_zip: zipfile.ZipFile, site: Site) -> None:
    assert "checks/002/check.json" not in case_zip.namelist()  # its check is gone


def test_a_case_that_is_not_there_is_not_found(site: Site) -> None:
    answer = site.running.http.post("/v1/cases/none/evidence-file")
    assert (answer.status_code, answer.json()["code"]) == (404, "case_not_found")
