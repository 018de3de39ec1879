"""Settings of what a run reads: section `[data]` of its TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.data.photo_row import Label
from vision.bundle.metadata import LabelKind
from vision.config.read import setting

AuditDepth = Literal["full", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Which photos are read, and how they are split."""

    manifest: Path = setting(help="CSV, Parquet or folder with genuine/ and counterfeit/")
    genuine_folder: str | None = setting(
        None, help="the folder of genuine photos in a folder manifest; not set: by its name, such as genuine or real"
    )
    counterfeit_folder: str | None = setting(
        None, help="the folder of counterfeits in a folder manifest; not set: by its name, such as counterfeit or fake"
    )
    where: tuple[str, ...] = setting((), help="conditions that keep rows, such as 'black_fraction<=0.35'")
    product: str | None = setting(None, help="keep one product; names the product of a folder")
    corrections: Path | None = setting(
        None, help="a reviewed disputed.csv, whose decisions correct labels or drop listings"
    )
    drop_mixed_listings: bool = setting(False, help="leave out listings that show two products")
    label_kind: LabelKind = setting("weak", help="how reliable the labels are; stated beside all figures")
    fold: int | None = setting(
        None, help="the fold that is the test set; not set: the rows of split test, where the manifest has any"
    )
    stop_share: float = setting(
        0.15, help="share of the listings outside the test set that is held out for early stopping"
    )
    calibrate_share: float = setting(
        0.15,
        help="share of the listings outside the test set that is held out to fit calibration and thresholds",
    )
    report_share: float = setting(
        0.0, help="share of all listings that becomes the test set, where neither data.fold nor a column split makes it"
    )
    seed: int = setting(0, help="seed of splits, shuffles and augmentation")
    audit: AuditDepth = setting("full", help="what is audited before training: 'full', or 'table' without photos")
    audit_allow: tuple[str, ...] = setting((), help="codes of audit findings that only warn")

    @property
    def class_folders(self) -> Mapping[Label, str]:
        """The class folders that are named here."""
        named: Mapping[Label, str | None] = {"genuine": self.genuine_folder, "counterfeit": self.counterfeit_folder}
        return {label: name for label, name in named.items() if name is not None}
