"""The annual templates of Commission Implementing Regulation (EU) 2024/2835, Annex I, as CSV with our figures.

The headers and the words of the rows are those of the Commission's CSV templates, to the letter and with their trailing
spaces; those of part 4 were compared with a report that a large marketplace published by them, and the header of part 6
is assumed to be that of part 5. Only rows of intellectual property are given: an operator adds them to its report,
which has other notices as well. docs/transparency.md has the mapping.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

from serving.store.transparency.year_counts import ComplaintCounts, GroundCounts, NoticeCounts, YearCounts
from serving.transparency.report.annual_quarters import COMPLAINTS, DECISIONS, MEASURES, NOTICES, exposing_cells
from serving.transparency.report.differencing import Counts
from serving.transparency.report.period import Period
from serving.transparency.report.suppression import Sum, hidden_cells
from serving.transparency.statements.statement import KEYWORDS
from serving.transparency.statements.vocabulary import INTELLECTUAL_PROPERTY, INTELLECTUAL_PROPERTY_KEYWORDS

Part = Literal[
    "1_report_identification",
    "4_notices",
    "5_own_initiative_illegal",
    "6_own_initiative_TC",
    "7_appeals_and_recidivism",
    "8_automated_means",
]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
HIDDEN_WORDS: Final = "hidden: 1 to 4, or another figure could be computed from it"
_HOSTING: Final = "Only for providers of hosting services, including online platforms"
_PLATFORMS: Final = "Only for providers of online platforms"
_ALL: Final = "All"
_START: Final = ("Applicability", "Service", "Reporting period")
_CATEGORY: Final = ("Category of illegal content", 'Description of the sub-category "Other"')
_NOTICES: Final = (
    "Number of notices received ",
    "Number of notices received from Trusted flaggers",
    "Number of specific items of information included in the total number of notices",
    "Number of specific items of information included in the total number of notices by Trusted Flaggers "
    "(Trusted Flagger notices)",
    "Median time to take action",
    "Median time to take action (Trusted Flagger notices)",
    "Number of actions taken on the basis of the law",
    "Number of actions taken on the basis of the law (Trusted Flagger notices)",
    "Number of actions taken on the basis of the terms and conditions of the service",
    "Number of actions taken on the basis of the terms and conditions of the service (Trusted Flagger notices)",
)
_TRUSTED: Final = ((0, 1), (2, 3), (6, 7), (8, 9))  # each column of _NOTICES with that of trusted flaggers
_MEASURES: Final = (
    "Number of measures taken at the provider's own initiative ",
    "Number of measures taken after detection with solely automated means ",
    "Visibility restriction Removal",
    "Visibility restriction Disable",
    "Visibility restriction Demoted",
    "Visibility restriction Age restricted",
    "Visibility restriction Interaction restricted",
    "Visibility restriction Labelled ",
    "Visibility restriction Other",
    "Monetary restriction Suspension",
    "Monetary restriction Termination",
    "Monetary restriction Other",
    "Provision of the service Suspension",
    "Provision of the service Termination",
    "Account restriction Suspension",
    "Account restriction Termination",
)
_INDICATORS: Final = (*_START, "Section", "Indicator", "Scope", "Value", "Contextual Information")
_COMPLAINTS: Final = "Internal complaints mechanism"
_SUBMITTED: Final = "Number of complaints submitted to the internal-complaints mechanism"
_ABOUT: Final[Mapping[str, str]] = {
    "of_sellers": "Complaint regarding a decision to remove or disable access to or restrict visibility of information",
    "of_notifiers": "Complaint regarding a decision not to take action on a notice submitted in accordance with "
    "Article 16",
    "of_trusted": "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger in "
    "accordance with Article 16",
}
_AUTOMATED: Final = "Use of automated means for content moderation"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who reports: its name, that of the service, and whether its decisions rely on its terms and conditions."""

    name: str
    service: str
    by_terms: bool = False


def annual_csv(
    part: Part,
    year: Period,
    counted: YearCounts,
    provider: Provider,
    *,
    exact: bool,
    today: str,
    quarters: Sequence[Counts | None] = (),
) -> str:
    """Give a part of the template; `today` is the day YYYY-MM-DD.

    Where not `exact`, small counts are left empty, and what would tell those of `quarters`; see `exposing_cells`.
    """
    exposing = exposing_cells(counted, quarters)
    start = (provider.service, f"{year.since:%Y-%m-%d}/{year.last_day}")
    match part:
        case "1_report_identification":
            rows = _identification(year, provider, today)
        case "4_notices":
            rows = _notices(counted, provider, start, exact=exact, exposing=exposing[NOTICES])
        case "5_own_initiative_illegal" | "6_own_initiative_TC":
            is_ours = provider.by_terms == (part == "6_own_initiative_TC")
            rows = _own_measures(counted, start, is_ours=is_ours, exact=exact, exposing=exposing[MEASURES])
        case "7_appeals_and_recidivism":
            rows = _appeals(counted, start, exact=exact, exposing=exposing[COMPLAINTS])
        case "8_automated_means":
            rows = _automation(counted, start, exact=exact, exposing=exposing[DECISIONS])
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _identification(year: Period, provider: Provider, today: str) -> Iterator[Sequence[object]]:
    yield ("Applicability", "Service", "Indicator", "Value")
    for indicator, value in (
        ("Name of the service provider", provider.name),
        ("Date of the publication of the report", today),
        ("Date of the publication of the latest previous report", ""),
        ("Starting date of reporting period", f"{year.since:%Y-%m-%d}"),
        ("Ending date of reporting period", year.last_day),
    ):
        yield (_ALL, provider.service, indicator, value)


def _notices(
    counted: YearCounts, provider: Provider, start: tuple[str, str], *, exact: bool, exposing: frozenset[str]
) -> Iterator[Sequence[object]]:
    yield (*_START, *_CATEGORY, *_NOTICES, *(f"Contextual information on {name}" for name in _NOTICES))
    rows = {keyword: _notice_values(one, provider) for keyword, one in _by_keyword(counted.grounds)}
    yield from _category_rows(_HOSTING, start, rows, 10, medians=(4, 5), exact=exact, exposing=exposing, parts=_TRUSTED)


def _notice_values(one: GroundCounts, provider: Provider) -> list[float | None]:
    law, terms = (0, 1) if provider.by_terms else (1, 0)
    every, trusted = one.notices, one.trusted
    return [
        every.notices, trusted.notices, every.items, trusted.items, every.median_hours, trusted.median_hours,
        every.actions * law, trusted.actions * law, every.actions * terms, trusted.actions * terms,
    ]  # fmt: skip


def _own_measures(
    counted: YearCounts, start: tuple[str, str], *, is_ours: bool, exact: bool, exposing: frozenset[str]
) -> Iterator[Sequence[object]]:
    """Give the measures on our own initiative, by the law or by the terms: all of them are one of both."""
    yield (*_START, *_CATEGORY, *_MEASURES, *(f"Contextual Information on {name}" for name in _MEASURES))
    rows: dict[str, list[float | None]] = {}
    for keyword, one in _by_keyword(counted.grounds):
        taken = one.own.actions
        values: list[float | None] = [taken, one.own_found_by_automation, taken]  # each is a removal
        rows[keyword] = [*(value if is_ours else 0 for value in values), *[0] * (len(_MEASURES) - 3)]
    yield from _category_rows(_ALL, start, rows, len(_MEASURES), medians=(), exact=exact, exposing=exposing)


def _by_keyword(grounds: Mapping[str, GroundCounts]) -> Iterator[tuple[str, GroundCounts]]:
    by_keyword = {KEYWORDS[ground]: grounds[ground] for ground in KEYWORDS if ground in grounds}
    for keyword in INTELLECTUAL_PROPERTY_KEYWORDS:
        yield keyword, by_keyword.get(keyword, GroundCounts(notices=NoticeCounts()))


def _category_rows(
    applies_to: str,
    start: tuple[str, str],
    rows: Mapping[str, Sequence[float | None]],
    width: int,
    *,
    medians: Sequence[int],
    exact: bool,
    exposing: frozenset[str],
    parts: Sequence[tuple[int, int]] = (),
) -> Iterator[Sequence[object]]:
    """Give the category's row, which is the sum of its keywords, and theirs; a median has no sum and stays empty.

    `parts` are columns with another one that counts some of the same: what is left of them is protected too.
    """
    columns = [index for index in range(width) if index not in medians]
    counts = {f"{keyword}.{index}": int(row[index] or 0) for keyword, row in rows.items() for index in columns}
    sums = []
    for index in columns:
        keywords = tuple(f"{keyword}.{index}" for keyword in rows)
        counts[f"{INTELLECTUAL_PROPERTY}.{index}"] = sum(counts[keyword] for keyword in keywords)
        sums.append(Sum(total=f"{INTELLECTUAL_PROPERTY}.{index}", parts=keywords))
    unshown = []
    for code, (every, some) in itertools.product((INTELLECTUAL_PROPERTY, *rows), parts):
        rest = f"{code}.{every} but not {some}"  # nobody shows it, and it follows from the two
        unshown.append(rest)
        counts[rest] = counts[f"{code}.{every}"] - counts[f"{code}.{some}"]
        sums.append(Sum(total=f"{code}.{every}", parts=(f"{code}.{some}", rest)))
    hidden = frozenset[str]() if exact else hidden_cells(counts, sums, also=exposing, unshown=unshown)
    for code in (INTELLECTUAL_PROPERTY, *rows):
        values: list[object] = [""] * width
        context = [""] * width
        for index in columns:
            name = f"{code}.{index}"
            values[index], context[index] = ("", HIDDEN_WORDS) if name in hidden else (counts[name], "")
        for index in medians:
            median = rows[code][index] if code in rows else None
            is_shown = median is not None and f"{code}.{index - 4}" not in hidden
            values[index] = round(median, 1) if is_shown and median is not None else ""
        yield (applies_to, *start, code, "", *values, *context)


def _appeals(
    counted: YearCounts, start: tuple[str, str], *, exact: bool, exposing: frozenset[str]
) -> Iterator[Sequence[object]]:
    yield _INDICATORS
    every = {"of_sellers": counted.of_sellers, "of_notifiers": counted.of_notifiers}
    total = ComplaintCounts(
        confirmed=sum(one.confirmed for one in every.values()),
        reversed=sum(one.reversed for one in every.values()),
        open=sum(one.open for one in every.values()),
        median_hours=counted.all_complaints_median_hours,
    )
    groups = {"all": total, **every, "of_trusted": counted.of_trusted}
    hidden = frozenset[str]() if exact else _hidden_complaints(groups, exposing)

    def row(applies_to: str, indicator: str, scope: str, name: str, value: float | None) -> Sequence[object]:
        if name in hidden:
            return (applies_to, *start, _COMPLAINTS, indicator, scope, "", HIDDEN_WORDS)
        return (applies_to, *start, _COMPLAINTS, indicator, scope, "" if value is None else value, "")

    for key, one in groups.items():
        indicator = _ABOUT.get(key, _SUBMITTED)
        yield row(_ALL if key == "all" else _PLATFORMS, indicator, "Total number", f"{key}.total", one.total)
        yield row(_PLATFORMS, indicator, "Decisions upheld", f"{key}.confirmed", one.confirmed)
        yield row(_PLATFORMS, indicator, "Decisions partially reversed", "", 0)
        yield row(_PLATFORMS, indicator, "Decisions reversed", f"{key}.reversed", one.reversed)
        yield row(_PLATFORMS, indicator, "Median time", f"{key}.total", one.median_hours)
        if key == "all":
            yield row(_PLATFORMS, indicator, "Decision omitted", "all.open", one.open)
            newly = "Number of restrictions newly imposed as a result of an internal complaint"
            yield row(_PLATFORMS, newly, "Total number", "of_notifiers.reversed", counted.of_notifiers.reversed)


def _hidden_complaints(groups: Mapping[str, ComplaintCounts], exposing: frozenset[str]) -> frozenset[str]:
    counts: dict[str, int] = {}
    sums = []
    names = ("confirmed", "reversed", "open")
    for key, one in groups.items():
        counts |= {f"{key}.{name}": getattr(one, name) for name in names} | {f"{key}.total": one.total}
        sums.append(Sum(total=f"{key}.total", parts=tuple(f"{key}.{name}" for name in names)))
    for name in (*names, "total"):
        sums.append(Sum(total=f"all.{name}", parts=(f"of_sellers.{name}", f"of_notifiers.{name}")))
        rest = f"not_trusted.{name}"  # nobody shows it, and it bounds what trusted flaggers have
        counts[rest] = counts[f"of_notifiers.{name}"] - counts[f"of_trusted.{name}"]
        sums.append(Sum(total=f"of_notifiers.{name}", parts=(f"of_trusted.{name}", rest)))
    return hidden_cells(counts, sums, also=exposing, unshown=[f"not_trusted.{name}" for name in (*names, "total")])


def _automation(
    counted: YearCounts, start: tuple[str, str], *, exact: bool, exposing: frozenset[str]
) -> Iterator[Sequence[object]]:
    yield _INDICATORS
    counts = {"solely": counted.decided_by_automation, "not": counted.decided_by_people}
    hidden = frozenset[str]() if exact else hidden_cells(counts, (), also=exposing)
    shown = {name: "" if name in hidden else count for name, count in counts.items()}
    n = counted.precision.n
    note = f"from {n} test buys" if n else "no test buys were examined"
    figures = {"Precision": counted.precision.value, "Recall": counted.recall.value}
    for name, indicator in (
        ("solely", "Number of measures solely taken by automated means "),
        ("not", "Number of measures not taken by automated means"),
    ):
        yield (_ALL, *start, _AUTOMATED, indicator, "Total number", shown[name], HIDDEN_WORDS * (name in hidden))
    for name, value in figures.items():
        indicator = f"Accuracy of the automated means - {name}"
        yield (_ALL, *start, _AUTOMATED, indicator, "Total number", "" if value is None else round(value, 4), note)


def today_of(now: datetime.datetime) -> str:
    """Give the UTC day of a time as the templates write it."""
    return now.astimezone(datetime.UTC).date().isoformat()
