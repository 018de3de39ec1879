import os
from pathlib import Path

import pytest

from vision.config.cpu_limits import usable_cores


@pytest.fixture(autouse=True)
def a_machine_of_64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)


@pytest.mark.parametrize(
    ("limit", "usable"), [("200000 100000", 2), ("150000 100000", 2), ("20000 100000", 1), ("max 100000", 64)]
)
def test_a_containers_limit_counts(tmp_path: Path, limit: str, usable: int) -> None:
    (tmp_path / "cpu.max").write_text(limit + "\n")
    assert usable_cores(tmp_path) == usable


@pytest.mark.parametrize(("quota", "usable"), [(400_000, 4), (-1, 64), (99_000_000, 64)])
def test_so_does_that_of_older_systems(tmp_path: Path, quota: int, usable: int) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(tmp_path) == usable


def test_without_cgroups_every_allowed_core_counts(tmp_path: Path) -> None:
    assert usable_cores(tmp_path) == 64


def test_a_system_that_knows_no_affinity_has_its_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert usable_cores(tmp_path) == 3
