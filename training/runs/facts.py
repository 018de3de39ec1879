"""Facts about a run from its folder: its settings, its data, its code and when its bundle was made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.errors import RunError
from training.runs.folder import FOLDS_FOLDER, RECORD_FILE, compared_settings
from vision.bundle.metadata import LabelKind

_METRICS_FILE = "metrics.json"  # of `touchstone evaluate`, which knows the bundle but not its run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a folder holds on its run; None, and no settings, where it holds nothing.

    `settings` are those that define the run, by dotted key. `bundle` is an evaluated bundle's name and version.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    data_hash: str | None = None
    code_version: str | None = None
    made_at: str | None = None
    label_kind: LabelKind | None = None
    bundle: str | None = None

    @property
    def description(self) -> str:
        """One line: recipe, head, backbone and side; else the bundle; else nothing."""
        names = ("model.recipe", "model.head", "model.backbone")
        parts = [str(self.settings[name]) for name in names if name in self.settings]
        if "model.size_px" in self.settings:
            parts.append(f"{self.settings['model.size_px']} px")
        return ", ".join(parts) or self.bundle or ""


def read_facts(folder: Path) -> RunFacts:
    """The facts of a run folder or of a folder of `touchstone evaluate`. Raises RunError for a damaged record."""
    record = _read_json(folder / RECORD_FILE)
    if record:
        try:
            settings = compared_settings(record["config"])
            return RunFacts(
                settings=settings,
                data_hash=record["data_hash"],
                code_version=record["code_version"],
                made_at=_made_at(folder),
                label_kind=record["config"]["data"].get("label_kind"),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise RunError(f"{folder / RECORD_FILE} is damaged ({error!r}); train it again") from error
    evaluated = _read_json(folder / _METRICS_FILE).get("bundle", {})
    if not isinstance(evaluated, dict) or "name" not in evaluated:
        return RunFacts()
    return RunFacts(
        bundle=f"{evaluated['name']} {evaluated.get('version', '')}", label_kind=evaluated.get("label_kind")
    )


def _made_at(folder: Path) -> str | None:
    """When the bundle was made, or the last of the folds' bundles where that of everything isn't there."""
    bundles = [folder / "bundle", *sorted((folder / FOLDS_FOLDER).glob("*/bundle"))]
    times = [str(_read_json(bundle / "bundle.json").get("created_at", "")) for bundle in bundles]
    return times[0] or max(times) or None


def _read_json(file: Path) -> dict[str, Any]:
    """The object in the file; an empty one where there is no file."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RunError(f"{file} can't be read ({error}); copy the run again") from error
    if not isinstance(value, dict):
        raise RunError(f"{file} holds no JSON object; copy the run again")
    return value
