from __future__ import annotations

import csv
import io

import pytest

from serving.reviews.checks_csv import COLUMNS, csv_header, csv_lines, safe_cell
from serving.schemas.checks import CheckRecord, PhotoAnswer, PhotoFault, Reason, Review
from tests.serving.builders.new_checks import new_check

AWKWARD = [
    "=1+1",
    "+49 30",
    "-7",
    "@SUM(A1)",
    "\n=1",
    "\r=1",
    "'",
    "''=x",
    "＝1",
    "a,b",
    'say "x"',
    "line\nbreak",
    "täst 😀",
    " A1 ",
]


def record(**changes: object) -> CheckRecord:
    answer = new_check().answer.model_dump() | {"seller_id": None, "views": None, "attributes": {}, "reviews": []}
    return CheckRecord.model_validate(answer | changes)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_header() + text, newline="")))


def unescaped(cell: str) -> str:
    return cell.removeprefix("'")


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_comes_back_and_no_cell_is_a_formula(text: str) -> None:
    reviews = [Review(review_id=1, decision="genuine", note=text, created_at="2026-05-01T12:00:00.000Z")]
    (row,) = read(csv_lines([record(listing_id=text, seller_id=text, reviews=reviews)]))
    for cell in (row["listing_id"], row["seller_id"], row["note"]):
        assert cell[0] not in "=+-@\t\r\n＝＋－＠"
        assert unescaped(cell) == text


def test_an_apostrophe_is_added_to_nothing_else() -> None:
    assert [safe_cell(text) for text in ("A1", "a=b", "4711", "", "é-")] == ["A1", "a=b", "4711", "", "é-"]


def test_lines_are_those_of_rfc_4180() -> None:
    assert csv_header() == ",".join(COLUMNS) + "\r\n"
    assert csv_lines([record(listing_id='a "b", c')]).count('"a ""b"", c"') == 1
    assert csv_lines([]) == ""


def test_a_row_has_the_verdict_and_the_latest_decision() -> None:
    photo = PhotoAnswer(
        index=0, sha256="0", outcome=None, authenticity=None, quality=[], novelty=None, matches=[], evidence_url=None,
        error=PhotoFault(code="photo_empty", message="x"),
    )  # fmt: skip
    reviews = [
        Review(review_id=1, decision="genuine", note="first", created_at="2026-05-01T12:00:00.000Z"),
        Review(review_id=2, decision="counterfeit", note="word mark", created_at="2026-05-02T12:00:00.000Z"),
    ]
    reasons = [Reason(code="looks_counterfeit", message="m", photo=at) for at in (None, 0)]
    (row,) = read(csv_lines([record(photos=[photo, photo], reviews=reviews, reasons=reasons, authenticity=0.1 + 0.2)]))
    assert (row["decision"], row["decided_at"], row["note"]) == ("counterfeit", "2026-05-02T12:00:00.000Z", "word mark")
    assert (row["photos"], row["photos_unreadable"], row["reasons"]) == ("2", "2", "looks_counterfeit")
    assert float(row["authenticity"]) == 0.1 + 0.2
    (without,) = read(csv_lines([record(authenticity=None)]))
    assert (without["authenticity"], without["decision"], without["seller_id"]) == ("", "", "")
