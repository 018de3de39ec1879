"""Settings of what a run reads: section `[data]` of its TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vision.bundle.metadata import LabelKind
from vision.config.read import setting

AuditDepth = Literal["full", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Which photos, and who sees what of them."""

    manifest: Path = setting(help="CSV, Parquet or folder with genuine/ and counterfeit/")
    where: tuple[str, ...] = setting((), help="conditions that keep rows, such as 'black_fraction<=0.35'")
    product: str | None = setting(None, help="keep one product; names the product of a folder")
    corrections: Path | None = setting(
        None, help="a reviewed disputed.csv, whose decisions change or leave out listings' labels"
    )
    drop_mixed_listings: bool = setting(False, help="leave out listings that show two products")
    label_kind: LabelKind = setting("weak", help="how far the labels can be trusted; said wherever figures are")
    fold: int | None = setting(None, help="the fold that only reports; without it every labelled listing may be used")
    stop_share: float = setting(0.15, help="share of the other listings that stops training")
    calibrate_share: float = setting(0.15, help="share of the other listings that calibrates and sets thresholds")
    report_share: float = setting(
        0.0, help="share of all listings that only reports; for manifests where no fold and no split says which"
    )
    seed: int = setting(0, help="seed of splits, shuffles and augmentation")
    audit: AuditDepth = setting("full", help="what is audited before training: 'full', or the 'table' without photos")
    audit_allow: tuple[str, ...] = setting((), help="codes of audit findings that shall only warn")
