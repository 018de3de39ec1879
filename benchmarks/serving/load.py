"""A load on a server: the requests to send, and the answers. The load generator is a separate process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np

from benchmarks.serving.work_folder import ROOT

Form = Literal["photos", "image", "raw"]
Arrivals = Literal["constant", "poisson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a client sends to `path` of a server on this machine, and for how long.

    With `clients`, a closed loop: so many connections, each sending the next request when it has the last one's answer.
    With `rate_per_s`, an open loop: requests leave when they are due, however slow the answers are, at constant
    distances or as a Poisson process. `form` is the body: multipart with the photo as `photos` or as `image`, or the
    bare JPEG. The form `photos` takes several of them and names the `product`, where they are of a bundle with several.
    No two requests send the same bytes: a comment in each JPEG counts them. The load ends after `seconds` or
    `requests`, whichever comes first, and when what is under way is answered.
    """

    port: int
    path: str
    form: Form
    photos: Sequence[str]
    seconds: float
    photos_a_request: int = 1
    product: str | None = None
    clients: int | None = None
    rate_per_s: float | None = None
    arrivals: Arrivals = "constant"
    requests: int | None = None
    first_number: int = 0
    keep_answers: bool = False

    def __post_init__(self) -> None:
        if (self.clients is None) == (self.rate_per_s is None):
            raise ValueError("a load has either clients or rate_per_s")
        if self.form != "photos" and (self.photos_a_request > 1 or self.product is not None):
            raise ValueError(f"the form {self.form} has one photo and no product")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer; status 0 where the connection broke.

    `latency_ms` runs from when the request was due (open loop) or begun (closed) to the answer's last byte;
    `answer_ms` from when the kernel took the request's last byte to the answer's first, 0 for an earlier answer.
    """

    status: int
    latency_ms: float
    answer_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """All exchanges; `late_ms` is how late the 99th percentile of an open loop's requests left, `answers` the bodies
    of those answered 200, where they were asked for."""

    exchanges: tuple[Exchange, ...]
    seconds: float
    client_cpu_s: float
    late_ms: float
    answers: tuple[str, ...]

    @classmethod
    def from_lines(cls, lines: Sequence[str]) -> Self:
        """Read what the client wrote: the answers that are kept, a line each, and then all the rest."""
        *answers, last = lines
        table = json.loads(last)
        exchanges = tuple(
            Exchange(status=status, latency_ms=latency_ms, answer_ms=answer_ms)
            for status, latency_ms, answer_ms in table.pop("exchanges")
        )
        return cls(exchanges=exchanges, answers=tuple(json.loads(answer) for answer in answers), **table)

    def count(self, status: int) -> int:
        """How many were answered so."""
        return sum(exchange.status == status for exchange in self.exchanges)

    @property
    def statuses(self) -> dict[str, int]:
        """How many were answered with each status."""
        return {str(status): count for status, count in sorted(Counter(e.status for e in self.exchanges).items())}

    @property
    def rate_per_s(self) -> float:
        """Requests answered 200 in a second."""
        return self.count(200) / self.seconds

    def latency_ms(self, percentile: float, status: int = 200) -> float:
        """That percentile of the latency of those answered so; NaN where there are none."""
        return _percentile([e.latency_ms for e in self.exchanges if e.status == status], percentile)

    def answer_ms(self, percentile: float, status: int) -> float:
        """That percentile of the time from last byte to answer; NaN where there are none."""
        return _percentile([e.answer_ms for e in self.exchanges if e.status == status], percentile)


class LoadProcess:
    """A client at work; `finish` waits for it."""

    def __init__(self, load: Load) -> None:
        command = [sys.executable, "-m", "benchmarks.serving.load_client", json.dumps(asdict(load))]
        # A session of its own, as servers have: Linux shares processors out by session.
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._lines: list[str] = []

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many requests were answered 200, or the load has ended; takes a load with `keep_answers`."""
        assert self._process.stdout is not None
        while len(self._lines) < count and (line := self._process.stdout.readline()):
            self._lines.append(line)

    def finish(self) -> LoadResult:
        """Wait for the end of the load; raises RuntimeError where the client failed."""
        text, _ = self._process.communicate()
        if self._process.returncode != 0:
            raise RuntimeError(f"the load's client ended with {self._process.returncode}; see its messages above")
        return LoadResult.from_lines([*self._lines, *text.splitlines()])


def run_load(load: Load) -> LoadResult:
    """Send the load and wait for its end."""
    return LoadProcess(load).finish()


def names(photos: Sequence[Path]) -> tuple[str, ...]:
    """Paths as a Load takes them."""
    return tuple(str(photo) for photo in photos)


def _percentile(values: Sequence[float], percentile: float) -> float:
    return float(np.percentile(values, percentile)) if values else float("nan")
