"""The figures of a quarter as a PDF; it needs the extra `documents`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from serving.errors import ReportPdfDisabled
from serving.schemas.enforcement.transparency import ReportCell, TransparencyReport

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

HIDDEN: Final = "hidden"
TITLES: Final = {
    "requests_by_source": "Requests by source",
    "requests_by_ground": "Requests by right",
    "requests_by_country": "Requests by country",
    "requests_by_category": "Requests by industry",
    "requests_by_outcome": "Requests by first decision",
    "decisions": "First decisions within 24 business hours",
    "complaints_by_side": "Complaints by side",
    "complaints_by_outcome": "Complaints by outcome",
    "checks_by_outcome": "Listings checked by automated means",
    "flags_by_review": "Listings flagged, as reviewers decided",
    "statements": "Statements of reasons",
    "in_time": "First decisions in time",
    "upheld": "Decided requests that were upheld",
    "complaints_reversed": "Decided complaints that reversed the decision",
    "flags_confirmed": "Reviewed flags that were confirmed",
    "precision": "Precision in production, from test buys",
    "recall": "Recall in production, from test buys",
}

WORDS: Final = {  # as the page calls them, where the key alone says too little
    ("requests_by_source", "member"): "Notices of members",
    ("requests_by_source", "own"): "The marketplace's own findings",
    ("requests_by_category", "own_finding"): "Own findings, of no member",
    ("requests_by_category", "unknown"): "A member that was removed",
    ("requests_by_outcome", "open"): "Not decided yet",
    ("decisions", "late"): "Late, or overdue now",
    ("complaints_by_outcome", "confirmed"): "The decision stays",
    ("complaints_by_outcome", "reversed"): "The decision was reversed",
    ("complaints_by_outcome", "open"): "Not decided yet",
    ("checks_by_outcome", "genuine"): "Consistent with genuine",
    ("checks_by_outcome", "counterfeit"): "Looks counterfeit",
    ("checks_by_outcome", "review"): "For a person to look at",
    ("checks_by_outcome", "insufficient"): "Photos show too little",
    ("checks_by_outcome", "unsupported"): "Not a known product",
    ("statements", "sent"): "In the Commission's database",
    ("statements", "waiting"): "Waiting to be sent",
    ("statements", "refused"): "Refused by the database",
}


def pdf_of(report: TransparencyReport) -> bytes:
    """Give a report as a PDF of A4 pages; raises ReportPdfDisabled where the extra is not installed."""
    try:
        from reportlab.lib.pagesizes import A4  # with the extra alone
        from reportlab.lib.styles import getSampleStyleSheet
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
    except ImportError as error:
        raise ReportPdfDisabled(
            "this server makes no PDF; install the extra `documents`, or read the report as JSON or CSV"
        ) from error
    styles = getSampleStyleSheet()
    version = (
        "draft" if report.published_at is None else f"version {report.version}, published {report.published_at[:10]}"
    )
    story: list[Flowable] = [
        Paragraph(f"Transparency report {report.quarter}", styles["Title"]),
        Paragraph(f"{report.since[:10]} until before {report.until[:10]} (UTC), {version}.", styles["Normal"]),
        Paragraph(report.figures.rule, styles["Normal"]),
    ]
    for title, rows in _tables_of(report):
        story += [Spacer(1, 12), Paragraph(title, styles["Heading3"]), _table(rows)]
    data = io.BytesIO()
    document = SimpleDocTemplate(data, pagesize=A4, title=f"Transparency report {report.quarter}", invariant=1)
    document.build(story)
    return data.getvalue()


def _tables_of(report: TransparencyReport) -> list[tuple[str, list[list[str]]]]:
    figures = report.figures
    tables = [
        (TITLES[table.key], [[_words(table.key, cell.key), _count(cell)] for cell in (*table.cells, table.total)])
        for table in figures.tables
    ]
    measured = [
        *((one.key, one.share, one.low, one.high, one.n, one.hidden) for one in figures.shares),
        *((one.key, one.value, one.low, one.high, one.n, one.hidden) for one in figures.estimates),
    ]
    shares = [["", "share", "95 % interval", "of"]]
    for key, value, low, high, n, hidden in measured:
        shares.append([TITLES[key], *_share(value, low, high, n, hidden=hidden)])
    others = [
        [label, HIDDEN if value is None else f"{value:,}"]
        for label, value in (
            ("Median hours to the first decision", figures.median_hours),
            ("Listings restricted", figures.listings_restricted),
            ("Counter-notices", figures.counter_notices),
            ("Requests reinstated", figures.reinstated),
        )
    ]
    return [*tables, ("Shares", shares), ("Other figures", others)]


def _share(value: float | None, low: float | None, high: float | None, n: int | None, *, hidden: bool) -> list[str]:
    if hidden:
        return [HIDDEN, "", ""]
    if value is None:
        return ["no figure", "", "" if n is None else str(n)]
    interval = "" if low is None or high is None else f"{low:.1%} to {high:.1%}"
    return [f"{value:.1%}", interval, "" if n is None else f"{n:,}"]


def _count(cell: ReportCell) -> str:
    return HIDDEN if cell.count is None else f"{cell.count:,}"


def _words(table: str, key: str) -> str:
    return WORDS.get((table, key)) or (key[:1].upper() + key[1:]).replace("_", " ")


def _table(rows: list[list[str]]) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    columns = [220, *[90] * (len(rows[0]) - 1)]
    table = Table(rows, colWidths=columns, hAlign="LEFT", repeatRows=0)
    table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.grey), ("ALIGN", (1, 0), (-1, -1), "RIGHT")])
    return table
