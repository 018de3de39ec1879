"""`touchstone check` of many listings: judged, written as they come, with progress and a summary beside them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vision.bundle.bundle import seen_photos
from vision.cli.evidence_files import folder_of_listing, save_evidence_pictures
from vision.cli.judge_listings import JudgedListing, judge_listings
from vision.cli.listing_output import open_writer
from vision.cli.listings import Listings
from vision.cli.verdict_output import LABEL_MESSAGES, NO_PROOF, SEEN, Format, count_seen
from vision.config.cpu_limits import usable_cores
from vision.detector import Detector
from vision.errors import ConfigError
from vision.verdict import Outcome

_SUFFIXES: Final[dict[str, Format]] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where lines and pictures go: standard output, or the file `output`, whose suffix may name the format."""

    form: Format | None
    output: Path | None
    evidence: Path | None

    @property
    def format(self) -> Format:
        """The format asked for, or that of the file's suffix, or else the table."""
        return self.form or (_SUFFIXES.get(self.output.suffix.lower(), "table") if self.output else "table")


def check_listings(
    detector: Detector, listings: Listings, *, product: str | None, threads: int, destination: Destination
) -> bool:
    """Judge the listings and write each at once, so that what is done survives an interruption.

    Gives whether each has a verdict. `threads` of 0 is one a core. Raises ConfigError where a file can't be written.
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    console.print(f"read {listings.in_words}")
    counts: Counter[str] = Counter()
    fitted_on, seen = seen_photos(detector.bundle), 0
    judged_listings = judge_listings(
        detector,
        listings.found,
        product=product,
        threads=threads or usable_cores(),
        then=_evidence_writer(detector, destination.evidence),
    )
    try:
        with (
            _opened(destination.output) as stream,
            closing(judged_listings),
            _progress(listings.total, console) as advance,
        ):
            write = open_writer(destination.format, stream)
            for judged in judged_listings:
                write(judged)
                counts[judged.verdict.outcome if judged.verdict else "no verdict"] += 1
                seen += judged.verdict is not None and count_seen(judged.verdict, fitted_on) > 0
                advance()
    finally:
        console.print(_summary(counts, listings.total))
    if seen:
        console.print(f"{seen} of them {'has' if seen == 1 else 'have'} photos that the bundle was fitted on. {SEEN}")
    console.print(f"{LABEL_MESSAGES[detector.bundle.metadata.label_kind]}{NO_PROOF}", style="dim")
    if listings.labelled:
        console.print("These listings are labelled: touchstone evaluate gives the figures of labelled photos.")
    return not counts["no verdict"]


def _evidence_writer(detector: Detector, folder: Path | None) -> Callable[[JudgedListing], None] | None:
    if folder is None:
        return None

    def save(judged: JudgedListing) -> None:
        if judged.verdict:
            place = folder_of_listing(folder, judged.listing.name)
            save_evidence_pictures(place, judged.verdict, judged.listing.photos, limits=detector.limits)

    return save


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    try:
        stream = output.open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise ConfigError(f"--output: {output} can't be written ({error.strerror})") from error
    with stream:
        yield stream


@contextmanager
def _progress(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """A bar on standard error where that is a terminal; nothing elsewhere."""
    columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    in_terminal = sys.stdout.isatty()  # then the lines must pass the bar; in a file or pipe they must not
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=in_terminal
    ) as progress:
        task = progress.add_task("judging", total=total)
        yield lambda: progress.advance(task)


def _summary(counts: Counter[str], total: int) -> str:
    names = (*get_args(Outcome), "no verdict")
    parts = ", ".join(f"{counts[name]} {name}" for name in names if counts[name])
    done = counts.total()
    return f"judged {done} of {total} listings" + (f": {parts}" if parts else "")
