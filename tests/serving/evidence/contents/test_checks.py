from __future__ import annotations

import io
import json
import zipfile

import pypdf

from tests.serving.evidence.conftest import Site


def report_of(archive: zipfile.ZipFile) -> str:
    pages = pypdf.PdfReader(io.BytesIO(archive.read("report.pdf"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_check_is_there_as_answered_with_its_review(check_zip: zipfile.ZipFile, site: Site) -> None:
    found = json.loads(check_zip.read("checks/001/check.json"))
    assert found["bundle"]["sha256"] == site.check["bundle"]["sha256"]
    assert found["attributes"] == {"größe": 1.5}
    assert [review["note"] for review in found["reviews"]] == ["no grille\nat all"]


def test_the_report_says_by_what_bundle_and_thresholds_and_what_they_guarantee(
    check_zip: zipfile.ZipFile, site: Site
) -> None:
    text = report_of(check_zip)
    for expected in (
        site.check["outcome"],
        site.check["bundle"]["sha256"],
        "No counterfeit above",
        "with 97.5 % confidence the rate is at most",
        "no grille at all",
        "Mark by C2PA: trainedAlgorithmicMedia",
        "продавец",
        "It is never proof of what is in the box",
        "review.recorded",
    ):
        assert expected in text, expected


def test_a_check_that_the_caller_does_not_see_is_not_found(site: Site) -> None:
    answer = site.running.http.post("/v1/checks/none/evidence-file")
    assert (answer.status_code, answer.json()["code"]) == (404, "check_not_found")
