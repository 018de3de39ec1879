"""The tables of a run, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.serving.results import Results, Row, median, number
from benchmarks.serving.throughput import CELLS, IN_PROCESS, LIMIT_SIZES

REPORT_FILE: Final = "report.md"
_KINDS: Final = {
    "tutorial": "set up as in tutorials",
    "tuned": "the same, malloc tuned",
    "same_pipeline": "given the same pipeline",
}
_MEASURED: Final = {"1mp": "1 MP", "4mp": "4 MP", "12mp": "12 MP"}


def write_report(results: Results) -> Path:
    """Write all tables that the results have rows for; gives the file."""
    sections = (
        _head(results),
        _limit_table(results.rows("limit")),
        *_peer_tables(results.rows("peers")),
        _client_table(results.rows("many clients")),
        _latency_table(results.rows("latency")),
        _overload_table(results.rows("overload")),
        _growth_table(results.rows("growth")),
        _kill_table(results.rows("kill")),
        _failure_table(results.failures()),
    )
    file = results.folder / REPORT_FILE
    file.write_text("\n".join(section for section in sections if section), encoding="utf-8")
    return file


def paired_ratio(rows: Sequence[Row], server: str, size: str) -> float:
    """The median, over rounds, of a server's CPU milliseconds a photo by the in-process limit's of the same round."""
    cpu_ms = {(row["round"], row["server"]): number(row, "cpu_ms") for row in rows if row["size"] == size}
    rounds = {key[0] for key in cpu_ms if (key[0], server) in cpu_ms and (key[0], IN_PROCESS) in cpu_ms}
    ratios = [{"ratio": cpu_ms[one, server] / cpu_ms[one, IN_PROCESS]} for one in rounds]
    return median(list(ratios), "ratio")


def best_peer(rows: Sequence[Row], kind: str, size: str, clients: int, name: str, *, lowest: bool) -> tuple[str, float]:
    """The peer of a kind with the best median of a number in a cell, and that median; NaN without any."""
    cell = [row for row in rows if (row["kind"], row["size"], row["clients"]) == (kind, size, clients)]
    medians = {
        str(server): median([row for row in cell if row["server"] == server], name)
        for server in {row["server"] for row in cell}
    }
    if not medians:
        return "none", math.nan
    best = (min if lowest else max)(medians, key=lambda server: medians[server])
    return best, medians[best]


def _head(results: Results) -> str:
    lines = [f"- {key}: {value}" for key, value in results.described.items()]
    return "# Measured\n\n" + "\n".join(lines) + "\n"


def _limit_table(rows: Sequence[Row]) -> str:
    """Touchstone against its own limit."""
    lines = []
    for size in LIMIT_SIZES:
        for server in dict.fromkeys(str(row["server"]) for row in rows):
            own = [row for row in rows if (row["size"], row["server"]) == (size, server)]
            if own:
                cells = [_MEASURED[size], server, f"{median(own, 'cpu_ms'):.2f}"]
                cells += [
                    f"{paired_ratio(rows, server, size):.3f}",
                    f"{median(own, 'photos_per_s'):.1f}",
                    str(len(own)),
                ]
                lines.append(cells)
    header = ["photo", "", "CPU ms/photo", "of the limit, paired", "photos/s", "rounds"]
    return _table("CPU time against the in-process limit, 8 clients", header, lines)


def _peer_tables(rows: Sequence[Row]) -> list[str]:
    """A table a cell, and the ratios to the best peers."""
    return [_ratio_table(rows), *(_cell_table(rows, size, clients) for size, clients in CELLS)]


def _ratio_table(rows: Sequence[Row]) -> str:
    lines = []
    for kind, words in _KINDS.items():
        for size, clients in CELLS:
            name, lowest = ("p50_ms", True) if clients == 1 else ("photos_per_s", False)
            _, own = best_peer(rows, "touchstone", size, clients, name, lowest=lowest)
            peer, theirs = best_peer(rows, kind, size, clients, name, lowest=lowest)
            _, own_cpu = best_peer(rows, "touchstone", size, clients, "cpu_ms", lowest=True)
            _, their_cpu = best_peer(rows, kind, size, clients, "cpu_ms", lowest=True)
            if not math.isnan(theirs):
                what = f"p50 {own:.1f} / {theirs:.1f} ms" if clients == 1 else f"photos/s {own:.1f} / {theirs:.1f}"
                cells = [_MEASURED[size], str(clients), words, peer, what, f"{own / theirs:.2f}"]
                lines.append([*cells, f"{their_cpu / own_cpu:.2f}"])
    header = [
        "photo",
        "clients",
        "peers",
        "best peer",
        "Touchstone / peer",
        "ratio",
        "lowest CPU of a peer / Touchstone's",
    ]
    return _table("Against the best peers", header, lines) if rows else ""


def _cell_table(rows: Sequence[Row], size: str, clients: int) -> str:
    cell = [row for row in rows if (row["size"], row["clients"]) == (size, clients)]
    lines = []
    for server in dict.fromkeys(str(row["server"]) for row in cell):
        own = [row for row in cell if row["server"] == server]
        p50_p99 = f"{median(own, 'p50_ms'):.0f} / {median(own, 'p99_ms'):.0f}"
        cells = [server, f"{median(own, 'photos_per_s'):.1f}", p50_p99, f"{median(own, 'cpu_ms'):.1f}"]
        cells += [f"{median(own, 'cores'):.2f}", f"{median(own, 'client_cpu_ms'):.2f}"]
        cells += [f"{median(own, 'peak_mib'):.0f} / {median(own, 'proportional_mib'):.0f}"]
        cells += [
            f"{sum(number(row, 'photos') for row in own):.0f}",
            f"{sum(number(row, 'others') for row in own):.0f}",
        ]
        lines.append(cells)
    header = ["server", "photos/s", "p50 / p99 ms", "CPU ms/photo", "cores it got", "client's CPU ms/photo"]
    header += ["peak RSS / PSS MiB", "photos", "not 200"]
    return _table(f"{_MEASURED[size]}, {clients} client{'s' if clients > 1 else ''}", header, lines)


def _client_table(rows: Sequence[Row]) -> str:
    lines = [
        [
            str(row["server"]),
            f"{number(row, 'peak_mib'):.0f}",
            f"{number(row, 'proportional_mib'):.0f}",
            f"{number(row, 'photos'):.0f}",
            f"{number(row, 'others'):.0f}",
        ]
        for row in rows
    ]
    return _table("Memory, 32 clients, 4 MP", ["server", "peak RSS MiB", "PSS MiB", "photos", "not 200"], lines)


def _latency_table(rows: Sequence[Row]) -> str:
    lines = []
    for arrivals in dict.fromkeys(str(row["arrivals"]) for row in rows):
        own = [row for row in rows if row["arrivals"] == arrivals]
        ratios = ", ".join(f"{number(row, 'ratio'):.2f}" for row in own)
        cells = [arrivals, f"{median(own, 'rate_per_s'):.0f}", f"{median(own, 'p50_ms'):.1f}"]
        cells += [f"{median(own, 'p99_ms'):.1f}", f"**{median(own, 'ratio'):.2f}** ({ratios})"]
        lines.append([*cells, f"{median(own, 'idle_share'):.2f}", f"{median(own, 'late_ms'):.1f}"])
    header = [
        "arrivals",
        "checks/s",
        "p50 ms",
        "p99 ms",
        "p99 / p50, median (runs)",
        "idle share",
        "client late, p99 ms",
    ]
    return _table("At 70 % of capacity, 1 MP, open loop", header, lines)


def _overload_table(rows: Sequence[Row]) -> str:
    lines = [
        [
            f"{number(row, 'times'):g}",
            f"{number(row, 'rate_per_s'):.0f} ({number(row, 'capacity_per_s'):.0f})",
            _statuses(row),
            f"{number(row, 'answered_per_s'):.0f}",
            f"{number(row, 'answered_p99_ms'):.0f}",
            f"{number(row, 'refused_p50_ms'):.1f} / {number(row, 'refused_p99_ms'):.1f}",
            f"{100 * number(row, 'refused_soon'):.2f} %",
            f"{number(row, 'peak_mib'):.0f}",
            f"{number(row, 'idle_share'):.2f}",
        ]
        for row in rows
    ]
    header = [
        "times the capacity",
        "offered (capacity) /s",
        "answers",
        "200s /s",
        "p99 of a 200, ms",
        "503 after the last byte, p50 / p99 ms",
    ]
    header += ["of them within 50 ms", "peak RSS MiB", "idle share"]
    return _table("Overload, 1 MP", header, lines)


def _growth_table(rows: Sequence[Row]) -> str:
    lines = [
        [
            str(row["server"]),
            f"{number(row, 'early_mib'):.1f}",
            f"{number(row, 'checks'):.0f}",
            f"{number(row, 'late_mib'):.1f}",
            f"{number(row, 'ratio'):.3f}",
        ]
        for row in rows
    ]
    header = ["server", "RSS MiB after 1,000", "checks", "RSS MiB after them", "ratio"]
    return _table("Memory over many checks", header, lines)


def _kill_table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lost, answered = (sum(number(row, name) for row in rows) for name in ("lost", "answered"))
    cells = [str(len(rows)), f"{answered:.0f}", f"{lost:.0f}", f"{median(list(rows), 'started_s'):.1f}"]
    return _table("kill -9 under load", ["kills", "checks answered 200", "lost", "start again, s"], [cells])


def _failure_table(rows: Sequence[Row]) -> str:
    lines = [[str(row["server"]), str(row["failed"]), str(row["why"])] for row in rows]
    return _table("Not measured", ["server", "", "why"], lines)


def _statuses(row: Row) -> str:
    statuses = row["statuses"]
    assert isinstance(statuses, dict)
    return ", ".join(f"{status}: {count}" for status, count in statuses.items())


def _table(title: str, header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A titled table; nothing without lines."""
    if not lines:
        return ""
    rows = [header, ["---"] * len(header), *lines]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"
