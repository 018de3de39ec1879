"""What one sweep reads from its TOML file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from vision.config.read import setting
from vision.errors import ConfigError

COMPARISON_FOLDER = "comparison"  # beside the variants' folders
LOCK_FILE = "lock"
_RESERVED = (COMPARISON_FOLDER, LOCK_FILE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepConfig:
    """A listed set of training configurations: each variant is the base with its own settings on top."""

    base: Path = setting(help="TOML file of `touchstone train` that every variant starts from")
    folder: Path = setting(help="folder of the variants' run folders, each under its name, and of their comparison")
    baseline: str | None = setting(None, help="the variant that the others are compared with; not set: the first")
    overrides: dict[str, object] = setting(
        factory=dict, help="settings of `touchstone train` on top of the base, for every variant"
    )
    variants: dict[str, dict[str, object]] = setting(
        help="one table per variant, in the order to run: its own settings of `touchstone train`"
    )

    def __post_init__(self) -> None:
        if not self.variants:
            raise ConfigError("variants: at least one is needed, as a table [variants.NAME]")
        for name in self.variants:
            if not _NAME.fullmatch(name) or name in _RESERVED or name.endswith(".toml"):
                raise ConfigError(
                    f"variants: {name!r} can't name a run folder; letters, digits, '.', '_' and '-' can, but not "
                    f"{' or '.join(_RESERVED)}, and nothing that ends in .toml"
                )
        if self.baseline is not None and self.baseline not in self.variants:
            raise ConfigError(f"baseline: {self.baseline!r} is none of the variants {', '.join(self.variants)}")
