"""The settings of evidence files."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from serving.evidence.archive.layout import MAX_BYTES
from vision.config.read import setting
from vision.errors import ConfigError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSettings:
    """Who signs evidence files, who stamps their time, and how large they may be."""

    key: Path | None = setting(
        None,
        help="PEM of the private key that signs evidence files; not set: one made in the store's folder, or no "
        "evidence files where several servers share the store.",
    )
    certificate: Path | None = setting(
        None, help="PEM of the key's certificate; not set: `evidence-certificate.pem` beside the key."
    )
    time_stamp_url: str = setting(
        "", help="URL of a time-stamp authority (RFC 3161); empty: files have no time stamp, and say so."
    )
    time_stamp_timeout_s: float = setting(15.0, help="Maximum seconds of one request to it, 0.1 to 120.")
    fonts: tuple[Path, ...] = setting(
        (), help="TrueType fonts for the report, tried in this order before those of the system."
    )
    max_bytes: int = setting(2**30, help="Maximum bytes of one ZIP.")
    max_checks: int = setting(
        100, help="Maximum checks with photos in one file, 1 to 500; it names the others, which can be exported singly."
    )

    def __post_init__(self) -> None:
        for key, low, high in (
            ("time_stamp_timeout_s", 0.1, 120), ("max_bytes", 2**20, MAX_BYTES), ("max_checks", 1, 500),
        ):  # fmt: skip
            if not low <= getattr(self, key) <= high:
                raise ConfigError(f"evidence.{key}: must be {low} to {high}, got {getattr(self, key)}")
        if self.time_stamp_url and not self.time_stamp_url.startswith(("http://", "https://")):
            raise ConfigError(f"evidence.time_stamp_url: must be an http or https URL, got {self.time_stamp_url!r}")
