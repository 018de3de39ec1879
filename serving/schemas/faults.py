"""The words of what a schema finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words_of(fault: Mapping[str, Any]) -> str:
    """Give the words of one of pydantic's faults; it puts `Value error, ` before those of our own checks."""
    message = str(fault["msg"])
    return message.removeprefix("Value error, ") if fault["type"] == "value_error" else message
