"""Errors of evidence files: where they are made, and where they are verified."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused, Unavailable


class EvidenceFilesDisabled(RequestRefused):
    """This server can't make evidence files: it has no key, or lacks the packages."""

    code: ClassVar[str] = "evidence_files_disabled"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "This server makes no evidence files"


class EvidenceTooLarge(RequestRefused):
    code: ClassVar[str] = "evidence_too_large"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The evidence file would be too large"


class EvidenceFileInvalid(RequestRefused):
    """Raised by `touchstone evidence verify`: the file was changed, or is no evidence file."""

    code: ClassVar[str] = "evidence_file_invalid"
    title: ClassVar[str] = "Not an unchanged evidence file"


class EvidenceVersionUnknown(RequestRefused):
    """Raised by `touchstone evidence verify`."""

    code: ClassVar[str] = "evidence_version_unknown"
    title: ClassVar[str] = "An evidence file of another version"


class TimeStampUnavailable(Unavailable):
    """The authority that the settings name gave no time stamp."""

    code: ClassVar[str] = "time_stamp_unavailable"
    title: ClassVar[str] = "No time stamp could be had"
