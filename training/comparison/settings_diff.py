"""The settings in which runs differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.runs.facts import RunFacts

DATA_KEY = "photos and manifest"  # stands beside the settings: the hash of what a run read
_UNKNOWN = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDiff:
    """A setting and each run's value as text, in the runs' order; a dash where a run lacks it."""

    key: str
    values: tuple[str, ...]


def diff_settings(runs: Sequence[RunFacts]) -> tuple[SettingDiff, ...]:
    """The settings in which the runs that have any differ, by key, and last of all the data.

    A frozen run has no fine-tuning settings, so `finetune.*` counts among fine-tuned runs only.
    """
    known = [_known(facts) for facts in runs]
    keys = sorted({key for settings in known for key in settings})
    found = [SettingDiff(key=key, values=_values(key, known)) for key in keys]
    data = [facts.data_hash for facts in runs]
    if len({value for value in data if value}) > 1:
        found.append(SettingDiff(key=DATA_KEY, values=tuple(value[:12] if value else _UNKNOWN for value in data)))
    return tuple(setting for setting in found if setting.key == DATA_KEY or _disagree(setting, known))


def _known(facts: RunFacts) -> Mapping[str, str]:
    return {key: json.dumps(value, ensure_ascii=False).strip('"') for key, value in facts.settings.items()}


def _values(key: str, known: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(settings.get(key, _UNKNOWN) for settings in known)


def _disagree(setting: SettingDiff, known: Sequence[Mapping[str, str]]) -> bool:
    """Whether the runs to which the key applies differ; an older one may lack it, which differs too."""
    values = {
        value
        for value, settings in zip(setting.values, known, strict=True)
        if settings and not (setting.key.startswith("finetune.") and settings.get("model.recipe") == "frozen")
    }
    return len(values) > 1
