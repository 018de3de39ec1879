import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    ["benchmarks.detection.calibrators", "benchmarks.detection.listing_rules", "benchmarks.detection.fold_robustness"],
)
def test_a_script_says_in_one_line_that_a_folder_holds_no_run(script: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", script, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error [")
    assert f"{tmp_path} holds no run" in line
