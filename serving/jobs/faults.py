"""Errors as the faults of lines, with the codes that a check would be answered with."""

from __future__ import annotations

from serving.store.job_line_rows import Fault
from vision.errors import NoReadablePhoto, TouchstoneError


def fault_of(error: TouchstoneError) -> Fault:
    """Give why a line could not be judged; the fault of a single photo is the line's own."""
    if isinstance(error, NoReadablePhoto) and len(error.errors) == 1:
        (_, alone), *_ = error.errors
        return Fault(code=alone.code, message=alone.message)
    return Fault(code=error.code, message=error.message)
