"""Writes the tables of docs/settings.md from the settings themselves; `make docs` runs it, and a test compares."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from serving.settings import ServeSettings
from training.pipeline.config import TrainConfig
from training.render.config import RenderConfig
from training.sweep.config import SweepConfig
from vision.config.read import Setting, describe_settings

SETTINGS_PAGE = Path(__file__).with_name("settings.md")
CONFIGURATIONS: dict[str, type[Any]] = {
    "train": TrainConfig,
    "sweep": SweepConfig,
    "serve": ServeSettings,
    "render": RenderConfig,
}


def with_tables(page: str) -> str:
    """Give the page with each table between `<!-- NAME -->` and `<!-- end -->` written anew."""
    for name, kind in CONFIGURATIONS.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = settings_table(describe_settings(kind))
        page, replaced = block.subn(lambda found, table=table: f"{found[1]}{table}{found[2]}", page)  # type: ignore[misc]
        if replaced != 1:
            raise SystemExit(f"{SETTINGS_PAGE.name} needs one block <!-- {name} --> … <!-- end -->, found {replaced}")
    return page


def settings_table(settings: list[Setting]) -> str:
    """Give a Markdown table with one row a key."""
    rows = [f"| `{item.key}` | {_cell(item.type)} | {_default(item)} | {_cell(item.help)} |" for item in settings]
    return "\n".join(["| key | takes | default | |", "|---|---|---|---|", *rows, ""])


def _default(item: Setting) -> str:
    return item.default if item.default in ("required", "not set") else f"`{item.default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    SETTINGS_PAGE.write_text(with_tables(SETTINGS_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
