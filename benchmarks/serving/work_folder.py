"""The harness's working folder, ignored by git: environments, photos, the bundle and results."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / "benchmarks" / ".work"
VENVS: Final = WORK / "venvs"
PHOTOS: Final = WORK / "photos"
BUNDLE: Final = WORK / "bundle"
RUNS: Final = WORK / "runs"
