"""The whole audit: what sound data gets, shortcuts, and findings that are allowed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image

from tests.training.builders.audit_data import DataSet, finding
from training.audit.shortcuts import SHORTCUTS


def test_sound_data_is_not_refused_and_small_classes_are_warned_of(tmp_path: Path) -> None:
    audit = DataSet(tmp_path).audit(shortcuts=SHORTCUTS)
    assert {(entry.code, entry.level) for entry in audit.findings} == {("too_few_for_guarantee", "warn")}
    audit.raise_if_refused()
    assert "takes 72" in audit.findings[0].message
    assert "add 474 genuine listings" in audit.findings[0].advice
    assert [baseline.shortcut for baseline in audit.baselines] == ["background", "colour", "file_metadata"]


def test_a_shortcut_warns_with_its_interval(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    for number in range(60):
        label = "genuine" if number % 2 else "counterfeit"
        file = data.add(200 + number, label, "p", f"T{number}")
        pixels = np.asarray(Image.open(file).convert("RGB")).astype(int)
        pixels[..., 0] += 60 if label == "genuine" else 0
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, quality=90)
    audit = data.audit(shortcuts=["colour"])
    entry = finding(audit, "shortcut_colour")
    assert entry.level == "warn"
    assert re.search(r"AUROC of \d\.\d\d \(\d\.\d\d to \d\.\d\d; chance is 0\.50\)", entry.message)
    assert not [
        found
        for found in data.audit(shortcuts=["colour"], far_from_chance=1.0).findings
        if found.code.startswith("shortcut_")
    ]


def test_shortcuts_that_can_not_be_measured_are_warned_of(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.lines = data.lines[:6]
    audit = data.audit(shortcuts=SHORTCUTS)
    assert audit.baselines == ()
    assert sum(entry.code == "shortcut_not_measured" for entry in audit.findings) == 3
