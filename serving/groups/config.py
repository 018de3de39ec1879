"""The settings of working groups."""

from __future__ import annotations

import dataclasses

from vision.config.read import setting
from vision.errors import ConfigError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """What members may ask of each other's banks."""

    questions_per_day: int = setting(
        500,
        help="Photos and sellers that one member may ask its working groups about within 24 hours, over all its groups "
        "and servers; beyond it 429.",
    )

    def __post_init__(self) -> None:
        if self.questions_per_day < 1:
            raise ConfigError(f"groups.questions_per_day: must be at least 1, got {self.questions_per_day}")
