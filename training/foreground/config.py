"""Settings of the foreground: section `[foreground]` of a run's TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vision.config.read import setting

ForegroundSource = Literal["auto", "mask", "box", "saliency", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForegroundConfig:
    """What the network learns from where the product is."""

    source: ForegroundSource = setting(
        "auto",
        help="what says where the product is: 'mask' (column product_mask), 'box' (columns box_*), 'saliency' (no "
        "column: it is estimated from the photos), 'auto' (each photo's mask, else its box, else saliency), or 'none' "
        "(no foreground: the whole photo is judged)",
    )
