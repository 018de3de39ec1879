"""The settings of jobs."""

from __future__ import annotations

import dataclasses

from serving.schemas.jobs import MAX_LINES
from serving.store.retention import MAX_DAYS
from vision.config.read import setting
from vision.errors import ConfigError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """How large a job may be, and how its lines are judged."""

    max_lines: int = setting(MAX_LINES, help=f"Maximum listings in one job, 1 to {MAX_LINES}.")
    max_bytes: int = setting(2**30, help="Maximum bytes of one job as sent; it is never in memory as a whole.")
    max_line_bytes: int = setting(
        16 * 2**20, help="Maximum bytes of one line; a longer one is parked. Photos as base64 take 4/3 of their bytes."
    )
    upload_timeout_s: float = setting(600.0, help="Maximum seconds until all lines of a job have arrived.")
    line_timeout_s: float = setting(120.0, help="Seconds after which the judging of a line is tried again later.")
    attempts: int = setting(
        5, help="How often a line is tried where the failure may pass, before it is parked with the reason."
    )
    lease_s: float = setting(
        15.0, help="Seconds after which another server takes the lines that a dead one had in hand; at least 1."
    )
    poll_s: float = setting(1.0, help="Seconds between two searches for lines that other servers received.")
    max_unfinished: int = setting(
        100,
        help="Maximum jobs of one member, or of the operator, that have not ended; beyond it 429. Single checks that "
        "are judged later do not count.",
    )
    keep_days: int = setting(30, help="Days after its end after which a job is deleted; its checks stay.")

    def __post_init__(self) -> None:
        if not 1 <= self.max_lines <= MAX_LINES:
            raise ConfigError(f"jobs.max_lines: must be 1 to {MAX_LINES}, got {self.max_lines}")
        if not 1 <= self.keep_days <= MAX_DAYS:
            raise ConfigError(f"jobs.keep_days: must be 1 to {MAX_DAYS}, got {self.keep_days}")
        for key, low in _LOWEST.items():
            value = getattr(self, key)
            if not value >= low:
                raise ConfigError(f"jobs.{key}: must be at least {low}, got {value}")


_LOWEST = {
    "max_bytes": 1,
    "max_line_bytes": 1,
    "max_unfinished": 1,
    "upload_timeout_s": 0.1,
    "line_timeout_s": 0.1,
    "attempts": 1,
    "lease_s": 1,
    "poll_s": 0.01,
}
