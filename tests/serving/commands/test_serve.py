from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_missing_bundle_stops_the_start_with_one_line(tmp_path: Path) -> None:
    config = tmp_path / "serve.toml"
    config.write_text(f'bundle = "{tmp_path / "nowhere"}"\nport = 0\nstore = "none"\n')
    command = [sys.executable, "-m", "vision.cli.main", "serve", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "[bundle_invalid]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vision.cli.main", "serve", str(tmp_path / "nope.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "nope.toml" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


def test_an_override_that_does_not_exist_is_named(tmp_path: Path) -> None:
    config = tmp_path / "serve.toml"
    config.write_text('bundle = "nowhere"\n')
    command = [sys.executable, "-m", "vision.cli.main", "serve", str(config), "--set", "prot=8001"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "prot" in done.stderr
    assert "port" in done.stderr, "the nearest setting"
