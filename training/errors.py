"""What training refuses, each with a stable code.

TouchstoneError
└── TrainingError            training_failed
    ├── ManifestError        manifest_invalid
    ├── SplitError           split_invalid
    ├── AuditRefused         audit_refused
    ├── BackboneError        backbone_unavailable
    ├── RunError             run_invalid
    ├── ResumeMismatch       resume_mismatch
    ├── NothingToEvaluate    nothing_to_evaluate
    ├── NothingToCompare     nothing_to_compare
    └── SweepIncomplete      sweep_incomplete
"""

from __future__ import annotations

from typing import ClassVar

from vision.errors import TouchstoneError


class TrainingError(TouchstoneError):
    """Anything that keeps a manifest from becoming a bundle."""

    code: ClassVar[str] = "training_failed"


class ManifestError(TrainingError):
    """The manifest can't be read as it is; the message gives each row and its fix."""

    code: ClassVar[str] = "manifest_invalid"


class SplitError(TrainingError):
    """The listings can't be dealt out to the roles as asked."""

    code: ClassVar[str] = "split_invalid"


class AuditRefused(TrainingError):
    """The data would teach or measure the wrong thing."""

    code: ClassVar[str] = "audit_refused"


class BackboneError(TrainingError):
    """The backbone or its weights can't be had as asked."""

    code: ClassVar[str] = "backbone_unavailable"


class RunError(TrainingError):
    """A run folder or its configuration can't be used as asked."""

    code: ClassVar[str] = "run_invalid"


class ResumeMismatch(TrainingError):
    """The run folder holds a checkpoint of another run; the message names what differs."""

    code: ClassVar[str] = "resume_mismatch"


class NothingToEvaluate(TrainingError):
    """No labelled listing is left that the bundle knows the product of and never saw."""

    code: ClassVar[str] = "nothing_to_evaluate"


class NothingToCompare(TrainingError):
    """The runs share nothing that could be compared as asked."""

    code: ClassVar[str] = "nothing_to_compare"


class SweepIncomplete(TrainingError):
    """Some variants of a sweep have no bundle; the others are done."""

    code: ClassVar[str] = "sweep_incomplete"
