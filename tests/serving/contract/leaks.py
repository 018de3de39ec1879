"""What no answer may reveal: paths of the machine, stack traces, versions of dependencies."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
_PACKAGES: Final = sorted({name.lower() for name in importlib.metadata.packages_distributions()} | {"python", "sqlite"})
_TRACES: Final = re.compile(r'Traceback|File "|line \d+, in |site-packages|\.py\b|\.cc:\d|\.cpp:\d|object at 0x')
_VERSIONS: Final = re.compile(
    rf"\b({'|'.join(re.escape(name) for name in _PACKAGES if len(name) > 2)})(/| v?|-|==)\d+\.\d+", re.IGNORECASE
)
# A due time names the calendar that it was computed by, so that it can be computed again.
_CALENDAR: Final = re.compile(r"holidays [\d.]+ [A-Z]{2}(, tzdata \w+ [A-Za-z_/+-]+)?")
_FOLDERS: Final = tuple({str(ROOT), sys.prefix, sys.base_prefix + "/", str(Path.home()) + "/", "/tmp/", "/usr/lib"})


def leaks_of(text: str, headers: Mapping[str, str], *folders: Path) -> list[str]:
    """What an answer reveals of the machine behind it; `folders` are those that this server uses."""
    whole = "\n".join([_CALENDAR.sub("", text), *(f"{name}: {value}" for name, value in headers.items())])
    found = [folder for folder in (*_FOLDERS, *map(str, folders)) if folder in whole]
    found += [match.group() for pattern in (_TRACES, _VERSIONS) for match in pattern.finditer(whole)]
    return found + [name for name in headers if name.lower() in ("server", "x-powered-by", "x-problem-code")]


def without_start_settings(text: str) -> str:
    """Leave out of the audit log the settings of a start, folders among them: they are for the operator's admins."""
    return re.sub(r'"settings":\{[^{}]*\}', '"settings":{}', text)
