from __future__ import annotations

import pytest

from vision.cli.refusals import refusals_in_one_line, refuse
from vision.errors import BundleChecksumMismatch, ConfigError, MissingExtra, TouchstoneError


@pytest.mark.parametrize(
    ("error", "exit_code", "line"),
    [
        (ConfigError("size_px is 3: give 16 to 2048."), 1, "error [config_invalid]: size_px is 3: give 16 to 2048.\n"),
        (BundleChecksumMismatch("copy it again."), 1, "error [bundle_checksum_mismatch]: copy it again.\n"),
        (MissingExtra("install touchstone[train]"), 2, "error [extra_missing]: install touchstone[train]\n"),
    ],
)
def test_an_error_of_ours_is_one_line_and_an_exit_code(
    error: TouchstoneError, exit_code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught, refusals_in_one_line():
        raise error
    assert caught.value.code == exit_code
    assert capsys.readouterr() == ("", line)


def test_any_other_error_is_left_with_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), refusals_in_one_line():
        raise ZeroDivisionError


def test_a_block_without_an_error_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with refusals_in_one_line():
        print("done")
    assert capsys.readouterr() == ("done\n", "")


def test_a_refusal_always_exits() -> None:
    with pytest.raises(SystemExit):
        refuse(ConfigError("no."))
