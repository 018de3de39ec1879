"""The folder of one run: its settings, its data hash, and how far it came."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from training.errors import RunError

RECORD_FILE = "run.json"
AUDITED_FILE = "audited"
FOLDS_FOLDER = "folds"  # holds the runs of single folds, which may come before the run of everything
NOT_COMPARED = (
    "run",
    "data.audit",
    "evaluation",
    "references",
    "finetune.workers",
    "finetune.device",
    "finetune.compile",
    "finetune.checkpoint_minutes",
    "quantise",
)
"""Keys that don't change the fitted networks: where and how fast a run goes, its report, references and int8 graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What `run.json` holds: the settings by section, and the hash of the data as it was read."""

    config: dict[str, Any]
    data_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """An opened run folder; `resumed` is true where an earlier start of the same run left something here."""

    path: Path
    resumed: bool

    @property
    def bundle(self) -> Path:
        """Where the finished bundle lies."""
        return self.path / "bundle"

    @property
    def is_done(self) -> bool:
        """Whether the run is finished: the bundle is the last thing that a run writes."""
        return (self.bundle / "bundle.json").is_file()

    @property
    def is_audited(self) -> bool:
        """Whether the data passed its audit at an earlier start."""
        return (self.path / AUDITED_FILE).is_file()

    def mark_audited(self) -> None:
        """Note that the data passed, so that a resumed run doesn't read every photo again."""
        (self.path / AUDITED_FILE).touch()

    def write_json(self, name: str, value: object) -> None:
        """Write a JSON file in one step."""
        draft = self.path / f".{name}.part"
        draft.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")
        draft.replace(self.path / name)


def open_run_folder(folder: Path, *, config: dict[str, Any], data_hash: str) -> RunFolder:
    """Make the folder, or open it again when the same run was started here before.

    Raises RunError, naming the keys that differ, when it holds another run.
    """
    record = {"config": config, "data_hash": data_hash, "code_version": code_version()}
    file = folder / RECORD_FILE
    resumed = file.is_file()
    if resumed:
        _refuse_other(folder, json.loads(file.read_text()), record)
    elif folder.is_dir() and any(entry.name != FOLDS_FOLDER for entry in folder.iterdir()):
        raise RunError(f"run.folder {folder} holds files that are no run; name an empty or new folder")
    folder.mkdir(parents=True, exist_ok=True)
    run = RunFolder(path=folder, resumed=resumed)
    if not resumed:
        run.write_json(RECORD_FILE, record)
    return run


def require_like_run(folder: Path, *, config: dict[str, Any], data_hash: str) -> None:
    """Raise RunError where the run in `folder` differs in more than its fold; an empty folder is no run yet."""
    file = folder / RECORD_FILE
    if file.is_file():
        _refuse_other(
            folder, json.loads(file.read_text()), {"config": config, "data_hash": data_hash}, except_keys=("data.fold",)
        )


def recorded_differences(folder: Path, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys in which the run recorded in `folder` differs from `config`; none where there is no run."""
    file = folder / RECORD_FILE
    return tuple(_differing_keys(json.loads(file.read_text())["config"], config)) if file.is_file() else ()


def read_run_record(folder: Path) -> RunRecord:
    """The record of the run in a folder. Raises RunError where it holds none."""
    file = folder / RECORD_FILE
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return RunRecord(config=record["config"], data_hash=record["data_hash"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{folder} holds no run, since its {RECORD_FILE} can't be read: give a run.folder") from error


def code_version() -> str:
    """The package's version, with the commit where the code lies in a git checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return version("touchstone")
    return f"{version('touchstone')}+{commit}"


def _refuse_other(folder: Path, before: dict[str, Any], now: dict[str, Any], except_keys: Sequence[str] = ()) -> None:
    old, new = compared_settings(before["config"]), compared_settings(now["config"])
    keys = [key for key in _differing_keys(before["config"], now["config"]) if key not in except_keys]
    if before["data_hash"] != now["data_hash"]:
        keys.append("the photos or their manifest")
    if keys:
        shown = "; ".join(f"{key}: {old.get(key, 'unset')} there, {new.get(key, 'unset')} now" for key in keys[:5])
        raise RunError(
            f"run.folder {folder} holds a run that differs in {shown}. Name another folder (--set run.folder=…), "
            "or delete this one"
        )


def _differing_keys(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    old, new = compared_settings(before), compared_settings(now)
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def compared_settings(config: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """The recorded settings that make a run what it is, by their dotted keys."""
    flat: dict[str, object] = {}
    for key, value in config.items():
        name = f"{prefix}{key}"
        if name in NOT_COMPARED:
            continue
        if isinstance(value, dict):
            flat |= compared_settings(value, f"{name}.")
        else:
            flat[name] = value
    return flat
