import subprocess
import sys
from pathlib import Path

import pytest

from training.errors import RunError
from training.runs.folder import (
    code_version,
    lock_run_folder,
    open_run_folder,
    read_run_record,
    recorded_differences,
)


def test_the_same_run_opens_its_folder_again(tmp_path: Path) -> None:
    config = {"model": {"size_px": 320}, "run": {"folder": "a"}}
    assert not open_run_folder(tmp_path / "run", config=config, data_hash="d").resumed
    assert open_run_folder(tmp_path / "run", config=config, data_hash="d").resumed


def test_where_a_run_lies_does_not_make_it_another(tmp_path: Path) -> None:
    open_run_folder(tmp_path / "run", config={"run": {"folder": "a"}}, data_hash="d")
    assert open_run_folder(tmp_path / "run", config={"run": {"folder": "b"}}, data_hash="d").resumed


def test_another_run_in_the_folder_is_refused_naming_the_keys(tmp_path: Path) -> None:
    open_run_folder(tmp_path / "run", config={"model": {"size_px": 320}}, data_hash="d").mark_audited()
    with pytest.raises(RunError, match=r"model\.size_px: 320 there, 448 now"):
        open_run_folder(tmp_path / "run", config={"model": {"size_px": 448}}, data_hash="d")
    with pytest.raises(RunError, match="the photos"):
        open_run_folder(tmp_path / "run", config={"model": {"size_px": 320}}, data_hash="e")


def test_a_start_that_was_refused_may_be_followed_by_one_with_other_photos_and_settings(tmp_path: Path) -> None:
    refused = open_run_folder(tmp_path / "run", config={"calibration": {"folds": 5}}, data_hash="d")
    (refused.path / "audit.html").write_text("too few")
    corrected = {"calibration": {"folds": 3}}
    assert recorded_differences(tmp_path / "run", corrected) == ()
    assert not open_run_folder(tmp_path / "run", config=corrected, data_hash="e").resumed
    assert read_run_record(tmp_path / "run").config == corrected
    assert read_run_record(tmp_path / "run").data_hash == "e"


def test_a_folder_of_other_things_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(RunError, match="no run"):
        open_run_folder(tmp_path, config={}, data_hash="d")
    assert (tmp_path / "holiday.jpg").read_bytes() == b"x"


def test_a_run_takes_up_the_folds_that_were_trained_before_it(tmp_path: Path) -> None:
    open_run_folder(tmp_path / "run" / "folds" / "0", config={"data": {"fold": 0}}, data_hash="d")
    assert not open_run_folder(tmp_path / "run", config={"data": {}}, data_hash="d").resumed
    assert open_run_folder(tmp_path / "run", config={"data": {}}, data_hash="d").resumed


def test_a_run_is_done_when_its_bundle_is_there(tmp_path: Path) -> None:
    run = open_run_folder(tmp_path / "run", config={}, data_hash="d")
    assert not run.is_done
    run.bundle.mkdir()
    (run.bundle / "bundle.json").write_text("{}")
    assert run.is_done


def test_the_code_version_starts_with_the_package_version() -> None:
    from importlib.metadata import version

    assert code_version().startswith(version("touchstone"))


HOLD = """
import sys, time
from pathlib import Path
from training.runs.folder import lock_run_folder
with lock_run_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_in_the_folder_is_refused_until_the_first_ends_even_by_a_kill(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(RunError, match=rf"run is in use: process {holder.pid} trains there\. Wait .* run\.folder="),
            lock_run_folder(tmp_path / "run"),
        ):
            raise AssertionError("two runs hold the folder")
    finally:
        holder.kill()
        holder.communicate()
    with lock_run_folder(tmp_path / "run"):
        assert not open_run_folder(tmp_path / "run", config={}, data_hash="d").resumed
    with lock_run_folder(tmp_path / "run"):
        assert open_run_folder(tmp_path / "run", config={}, data_hash="d").resumed


def test_a_lock_takes_no_folder_of_other_things_and_none_that_can_t_be_made(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(RunError, match="no run"), lock_run_folder(tmp_path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"]
    with pytest.raises(RunError, match="can't be written"), lock_run_folder(tmp_path / "holiday.jpg" / "run"):
        pass


def test_a_finished_run_is_not_locked_so_that_it_may_lie_where_nobody_writes(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "bundle.json").write_text("{}")
    with lock_run_folder(tmp_path), lock_run_folder(tmp_path):
        assert not (tmp_path / ".lock").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"config": {}}'])
def test_a_damaged_record_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"holds no run, since its run\.json can't be read"):
        open_run_folder(tmp_path, config={}, data_hash="d")
