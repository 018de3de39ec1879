"""Errors of bundles, their candidates and references."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class BundleNotFound(RequestRefused):
    code: ClassVar[str] = "bundle_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such bundle"


class BundleNameAmbiguous(RequestRefused):
    code: ClassVar[str] = "bundle_name_ambiguous"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Two bundles have this name"


class BundleShared(RequestRefused):
    """A member's key would change a bundle that judges products of others, too."""

    code: ClassVar[str] = "bundle_shared"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "The bundle is shared"


class BundleChangeConflict(RequestRefused):
    """Another change of bundles is in progress, or was made first."""

    code: ClassVar[str] = "bundle_change_conflict"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another change came first"


class NothingToRollBack(RequestRefused):
    code: ClassVar[str] = "nothing_to_roll_back"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Nothing to roll back"


class CandidateNotFound(RequestRefused):
    code: ClassVar[str] = "candidate_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such candidate"


class CandidateMismatch(RequestRefused):
    """A valid bundle that may not replace this one: it has another name or other products."""

    code: ClassVar[str] = "candidate_mismatch"
    title: ClassVar[str] = "The candidate does not match"


class CandidateInvalid(RequestRefused):
    code: ClassVar[str] = "candidate_invalid"
    title: ClassVar[str] = "The candidate cannot be loaded"


class CandidateChecksumMismatch(RequestRefused):
    code: ClassVar[str] = "candidate_checksum_mismatch"
    title: ClassVar[str] = "The candidate was changed after it was sealed"


class CandidateBeyondLimits(RequestRefused):
    """The setting `robustness` refuses a bundle that is beyond its limits on robustness, or was not measured."""

    code: ClassVar[str] = "candidate_beyond_limits"
    title: ClassVar[str] = "The candidate hangs on more than the product"


class CandidateFormatUnknown(RequestRefused):
    code: ClassVar[str] = "candidate_format_unknown"
    title: ClassVar[str] = "The candidate has another format version"


class ReferenceNotFound(RequestRefused):
    code: ClassVar[str] = "reference_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such reference"
