from __future__ import annotations

import csv
import dataclasses
import datetime

import pytest

from serving.store.transparency.period_counts import Estimate
from serving.store.transparency.year_counts import ComplaintCounts, GroundCounts, NoticeCounts, YearCounts
from serving.transparency.report.annual import HIDDEN_WORDS, PARTS, Part, Provider, annual_csv, today_of
from serving.transparency.report.period import year_of

MARKET = Provider(name="Market Ltd", service="Market")
COUNTS = YearCounts(
    grounds={
        "trademark": GroundCounts(
            notices=NoticeCounts(notices=100, items=250, actions=200, median_hours=11.26),
            trusted=NoticeCounts(notices=10, items=20, actions=20, median_hours=6.0),
            own=NoticeCounts(notices=30, items=30, actions=25),
            own_found_by_automation=20,
        ),
        "design": GroundCounts(notices=NoticeCounts(notices=3, items=9, actions=9, median_hours=20.0)),
    },
    of_sellers=ComplaintCounts(confirmed=9, reversed=6, open=0, median_hours=30.0),
    of_notifiers=ComplaintCounts(confirmed=12, reversed=7, open=5, median_hours=50.0),
    of_trusted=ComplaintCounts(),
    all_complaints_median_hours=40.0,
    decided_by_automation=0,
    decided_by_people=280,
    precision=Estimate(value=0.912345, low=0.85, high=0.95, n=80),
    recall=Estimate(value=0.83, low=0.7, high=0.92, n=80),
)
# The first columns of the Commission's templates, of which the others follow.
FIRST_COLUMNS = {
    "1_report_identification": ["Applicability", "Service", "Indicator", "Value"],
    "4_notices": [
        "Applicability",
        "Service",
        "Reporting period",
        "Category of illegal content",
        'Description of the sub-category "Other"',
        "Number of notices received ",
        "Number of notices received from Trusted flaggers",
    ],
    "5_own_initiative_illegal": ["Applicability", "Service", "Reporting period", "Category of illegal content"],
    "6_own_initiative_TC": ["Applicability", "Service", "Reporting period", "Category of illegal content"],
    "7_appeals_and_recidivism": [
        *("Applicability", "Service", "Reporting period", "Section", "Indicator", "Scope", "Value"),
        "Contextual Information",
    ],
    "8_automated_means": ["Applicability", "Service", "Reporting period", "Section", "Indicator", "Scope", "Value"],
}
COLUMNS = {"1_report_identification": 4, "4_notices": 25, "5_own_initiative_illegal": 37, "6_own_initiative_TC": 37}


def rows_of(part: Part, *, exact: bool = True, provider: Provider = MARKET) -> list[list[str]]:
    text = annual_csv(part, year_of("2026"), COUNTS, provider, exact=exact, today="2027-01-15")
    return list(csv.reader(text.splitlines()))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_has_the_columns_of_the_template(part: Part) -> None:
    header, *rows = rows_of(part)
    assert header[: len(FIRST_COLUMNS[part])] == FIRST_COLUMNS[part]
    assert len(header) == COLUMNS.get(part, 8)
    assert {len(row) for row in rows} == {len(header)}


def test_the_identification_names_provider_and_year() -> None:
    assert [row[2:] for row in rows_of("1_report_identification")[1:]] == [
        ["Name of the service provider", "Market Ltd"],
        ["Date of the publication of the report", "2027-01-15"],
        ["Date of the publication of the latest previous report", ""],
        ["Starting date of reporting period", "2026-01-01"],
        ["Ending date of reporting period", "2026-12-31"],
    ]


def test_the_rows_of_notices_are_those_of_intellectual_property_and_add_up() -> None:
    rows = rows_of("4_notices")[1:]
    assert [row[3] for row in rows] == [
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "KEYWORD_COPYRIGHT_INFRINGEMENT",
        "KEYWORD_DESIGN_INFRINGEMENT",
        "KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT",
        "KEYWORD_PATENT_INFRINGEMENT",
        "KEYWORD_TRADE_SECRET_INFRINGEMENT",
        "KEYWORD_TRADEMARK_INFRINGEMENT",
        "KEYWORD_OTHER",
    ]
    by_code = {row[3]: row[5:15] for row in rows}
    assert by_code["KEYWORD_TRADEMARK_INFRINGEMENT"] == ["100", "10", "250", "20", "11.3", "6.0", "200", "20", "0", "0"]
    assert by_code["STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"][:4] == ["103", "10", "259", "20"]
    assert rows[0][:3] == [
        "Only for providers of hosting services, including online platforms",
        "Market",
        "2026-01-01/2026-12-31",
    ]


def test_small_counts_are_hidden_and_explained_unless_exact_ones_are_asked_for() -> None:
    by_code = {row[3]: row for row in rows_of("4_notices", exact=False)[1:]}
    assert by_code["KEYWORD_DESIGN_INFRINGEMENT"][5] == ""
    assert by_code["KEYWORD_DESIGN_INFRINGEMENT"][15] == HIDDEN_WORDS
    assert by_code["KEYWORD_TRADEMARK_INFRINGEMENT"][5] == ""  # or 3 would be the sum less 100
    assert by_code["STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"][5] == "103"
    assert by_code["KEYWORD_DESIGN_INFRINGEMENT"][7] == "9"


def test_notices_of_others_than_trusted_flaggers_cannot_be_computed_where_they_are_few() -> None:
    counted = dataclasses.replace(
        COUNTS,
        grounds={"patent": GroundCounts(notices=NoticeCounts(notices=20), trusted=NoticeCounts(notices=18))},
    )
    text = annual_csv("4_notices", year_of("2026"), counted, MARKET, exact=False, today="2027-01-15")
    for row in list(csv.reader(text.splitlines()))[1:]:
        assert "20" not in row[5:7] or "18" not in row[5:7]  # 2 came from others


def test_measures_of_our_own_are_in_the_part_of_the_ground_that_decisions_rely_on() -> None:
    def measures(part: Part, provider: Provider) -> list[str]:
        return next(row[5:9] for row in rows_of(part, provider=provider) if row[3] == "KEYWORD_TRADEMARK_INFRINGEMENT")

    by_terms = Provider(name="Market Ltd", service="Market", by_terms=True)
    assert measures("5_own_initiative_illegal", MARKET) == ["25", "20", "25", "0"]
    assert measures("6_own_initiative_TC", MARKET) == ["0", "0", "0", "0"]
    assert measures("6_own_initiative_TC", by_terms) == ["25", "20", "25", "0"]


def test_complaints_are_given_in_all_and_by_the_decision_that_they_are_about() -> None:
    values = {(row[4], row[5]): row[6] for row in rows_of("7_appeals_and_recidivism")[1:]}
    submitted = "Number of complaints submitted to the internal-complaints mechanism"
    removed = "Complaint regarding a decision to remove or disable access to or restrict visibility of information"
    assert values[submitted, "Total number"] == "39"
    assert values[submitted, "Decisions reversed"] == "13"
    assert values[submitted, "Decision omitted"] == "5"
    assert values[removed, "Decisions upheld"] == "9"
    assert values[removed, "Median time"] == "30.0"


def test_the_accuracy_of_automated_means_comes_from_test_buys() -> None:
    rows = {row[4]: row[6:] for row in rows_of("8_automated_means")[1:]}
    assert rows["Accuracy of the automated means - Precision"] == ["0.9123", "from 80 test buys"]
    assert rows["Number of measures not taken by automated means"] == ["280", ""]
    assert rows["Number of measures solely taken by automated means "] == ["0", ""]


def test_a_day_is_that_of_utc() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=8))
    assert today_of(datetime.datetime(2027, 1, 1, 3, tzinfo=zone)) == "2026-12-31"
