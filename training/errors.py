"""The errors of training, each with a stable code.

TouchstoneError
└── TrainingError            training_failed
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
    """Any error between a manifest and its bundle."""

    code: ClassVar[str] = "training_failed"


class SplitError(TrainingError):
    """The listings can't be split as asked."""

    code: ClassVar[str] = "split_invalid"


class AuditRefused(TrainingError):
    """The audit found an error in the data that training or evaluation would inherit."""

    code: ClassVar[str] = "audit_refused"


class BackboneError(TrainingError):
    """The backbone or its weights are not available as asked."""

    code: ClassVar[str] = "backbone_unavailable"


class RunError(TrainingError):
    """A run folder or its configuration can't be used as asked."""

    code: ClassVar[str] = "run_invalid"


class ResumeMismatch(TrainingError):
    """The run folder holds a checkpoint of another run; the message names what differs."""

    code: ClassVar[str] = "resume_mismatch"


class NothingToEvaluate(TrainingError):
    """No labelled listing is left of the bundle's products that it was not fitted on."""

    code: ClassVar[str] = "nothing_to_evaluate"


class NothingToCompare(TrainingError):
    """The runs have no predictions in common to compare as asked."""

    code: ClassVar[str] = "nothing_to_compare"


class SweepIncomplete(TrainingError):
    """Some variants of a sweep have no bundle; the others are done."""

    code: ClassVar[str] = "sweep_incomplete"
