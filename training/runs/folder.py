"""The folder of one run: its settings, its data hash, and how far it came."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from training.errors import RunError

RECORD_FILE = "run.json"
AUDITED_FILE = "audited"
AUDIT_PAGE = "audit.html"
LOCK_FILE = ".lock"
FOLDS_FOLDER = "folds"  # holds the runs of single folds, which may come before the run of everything
NOT_COMPARED = (
    "run",
    "data.audit",
    "evaluation",
    "references",
    "robustness",
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

    Raises RunError, naming the keys that differ, when it holds another run. A start that was refused for its photos or
    settings leaves nothing that another could not take: it may be started again with others.
    """
    record = {"config": config, "data_hash": data_hash, "code_version": code_version()}
    before = _read_record(folder) if (folder / RECORD_FILE).is_file() else None
    if before is not None and _has_begun(folder):
        _refuse_other(folder, before, record)
    _refuse_foreign(folder)
    resumed = before is not None and not _differences(before, record)
    folder.mkdir(parents=True, exist_ok=True)
    run = RunFolder(path=folder, resumed=resumed)
    if not resumed:
        run.write_json(RECORD_FILE, record)
    return run


@contextmanager
def lock_run_folder(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made, for one run; the system releases it when the process ends, however it ends.

    A finished run needs no lock. Raises RunError where another process works in the folder or it can't be written.
    """
    if RunFolder(path=folder, resumed=True).is_done:
        yield
        return
    _refuse_foreign(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_FILE).open("a+")
    except OSError as error:
        raise RunError(f"run.folder {folder} can't be written ({error.strerror}): name another folder") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise RunError(
                f"run.folder {folder} is in use: process {lock.read().strip() or 'unknown'} trains there. Wait for it "
                "to end, or name another folder (--set run.folder=…)"
            ) from error
        except OSError:  # a network drive without locks: a run alone works as well without
            pass
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def require_like_run(folder: Path, *, config: dict[str, Any], data_hash: str) -> None:
    """Raise RunError where the run in `folder` differs in more than its fold; an empty folder is no run yet."""
    file = folder / RECORD_FILE
    if file.is_file():
        _refuse_other(
            folder, _read_record(folder), {"config": config, "data_hash": data_hash}, except_keys=("data.fold",)
        )


def recorded_differences(folder: Path, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys in which the run recorded in `folder` differs from `config`; none where no run has begun."""
    if not (folder / RECORD_FILE).is_file() or not _has_begun(folder):
        return ()
    return tuple(_differing_keys(_read_record(folder)["config"], config))


def read_run_record(folder: Path) -> RunRecord:
    """The record of the run in a folder. Raises RunError where it holds none."""
    file = folder / RECORD_FILE
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return RunRecord(config=record["config"], data_hash=record["data_hash"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{folder} holds no run, since its {RECORD_FILE} can't be read: give a run.folder") from error


def _read_record(folder: Path) -> dict[str, Any]:
    record = read_run_record(folder)
    return {"config": record.config, "data_hash": record.data_hash}


def _has_begun(folder: Path) -> bool:
    """Whether a run left more there than its record and the audit's page, as one does that passed its audit."""
    return any(entry.name not in (RECORD_FILE, LOCK_FILE, AUDIT_PAGE) for entry in folder.iterdir())


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder with files but no record: somebody's. Folds may come first, and a killed start leaves a lock."""
    if (folder / RECORD_FILE).is_file() or not folder.is_dir():
        return
    if any(entry.name not in (FOLDS_FOLDER, LOCK_FILE) for entry in folder.iterdir()):
        raise RunError(f"run.folder {folder} holds files that are no run; name an empty or new folder")


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
    keys = [key for key in _differences(before, now) if key not in except_keys]
    if keys:
        shown = "; ".join(f"{key}: {old.get(key, 'unset')} there, {new.get(key, 'unset')} now" for key in keys[:5])
        raise RunError(
            f"run.folder {folder} holds a run that differs in {shown}. Name another folder (--set run.folder=…), "
            "or delete this one"
        )


def _differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The settings that differ, and the data."""
    changed = before["data_hash"] != now["data_hash"]
    return _differing_keys(before["config"], now["config"]) + (["the photos or their manifest"] if changed else [])


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
