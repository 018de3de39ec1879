"""Writes the tables of a settings page from the configuration classes that the page names.

A table stands between `<!-- MODULE:CLASS -->` and `<!-- end -->`, so the page is the one list of what it documents:
`python -m vision.config.settings_page docs/settings.md` (`make docs`) writes each of them again.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from vision.config.fields import Setting, describe_settings

_TABLE = re.compile(r"(<!-- ([\w.]+:\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def documented_configurations(page: str) -> list[type[Any]]:
    """Import the configuration classes whose tables the page holds, in their order."""
    return [_imported(name) for _, name, _, _ in _TABLE.findall(page)]


def with_tables(page: str) -> str:
    """Give the page with each table written from its class."""
    return _TABLE.sub(
        lambda found: f"{found[1]}{settings_table(describe_settings(_imported(found[2])))}{found[4]}", page
    )


def settings_table(settings: list[Setting]) -> str:
    """Give a Markdown table with one row a key."""
    rows = [f"| `{item.key}` | {_cell(item.type)} | {_default(item)} | {_cell(item.help)} |" for item in settings]
    return "\n".join(["| key | takes | default | |", "|---|---|---|---|", *rows, ""])


def _imported(name: str) -> type[Any]:
    kind: type[Any] = EntryPoint(name="", value=name, group="").load()
    return kind


def _default(item: Setting) -> str:
    return item.default if item.default in ("required", "not set") else f"`{item.default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    settings_page = Path(sys.argv[1])
    settings_page.write_text(with_tables(settings_page.read_text(encoding="utf-8")), encoding="utf-8")
