"""What an installation brings: a serving container stays small, and every version is pinned."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
PINNED_BY_TORCH = ("cuda-", "nvidia-", "triton")  # torch's own metadata pins what its CUDA builds need
TRAINING_ONLY = {"torch", "torchvision", "timm", "scikit-learn", "scipy", "onnx", "mitsuba", "matplotlib"}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def brought_by(*extras: str) -> set[str]:
    """Give every distribution that `touchstone[extras]` requires, directly or through another, on this machine."""
    reached: dict[str, set[str]] = {}
    waiting = [Requirement(f"touchstone[{','.join(extras)}]" if extras else "touchstone")]
    while waiting:
        requirement = waiting.pop()
        asked = {"", *requirement.extras}
        new = asked - reached.setdefault(normalised(requirement.name), set())
        reached[normalised(requirement.name)] |= new
        waiting.extend(child for extra in new for child in children(requirement.name, extra))
    return set(reached) - {"touchstone"}


def children(name: str, extra: str) -> list[Requirement]:
    try:
        declared = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:  # needed on another platform only
        return []
    return [child for child in declared if child.marker is None or child.marker.evaluate({"extra": extra})]


def pinned() -> dict[str, str]:
    requirements = [Requirement(line) for line in CONSTRAINTS.read_text().splitlines() if line and line[0] != "#"]
    here = [item for item in requirements if item.marker is None or item.marker.evaluate()]
    return {normalised(item.name): str(item.specifier) for item in here}


@pytest.mark.parametrize("extras", [(), ("serve",), ("serve", "telemetry")])
def test_checking_and_serving_bring_no_torch(extras: tuple[str, ...]) -> None:
    assert not brought_by(*extras) & TRAINING_ONLY


def test_training_brings_torch_so_that_the_test_above_can_fail() -> None:
    assert brought_by("train") >= {"torch", "torchvision", "timm", "scikit-learn", "onnx"}


def test_the_client_brings_no_web_server_and_no_database() -> None:
    assert {"httpx", "pydantic"} <= brought_by("client")
    assert not brought_by("client") & {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "obstore", "jinja2"}


def test_importing_the_client_imports_no_web_server_and_no_database() -> None:
    code = "import sys, serving.client; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "pydantic" in done.stdout.split()
    assert not set(done.stdout.split()) & {"fastapi", "starlette", "uvicorn", "sqlalchemy", "onnxruntime"}


def test_training_and_rendering_bring_no_web_server() -> None:
    assert not brought_by("train", "render") & {"fastapi", "uvicorn", "sqlalchemy"}


def test_every_package_that_setup_installs_is_pinned_to_one_version() -> None:
    everything = brought_by("train", "serve", "telemetry", "render", "dev")
    brought = {name for name in everything if not name.startswith(PINNED_BY_TORCH)}
    assert brought <= set(pinned())
    assert all(specifier.startswith("==") for specifier in pinned().values())


@pytest.mark.parametrize(
    "module",
    ["vision.inference.scorer", pytest.param("training.recipes.feature_cache", marks=pytest.mark.slow), "serving.app"],
)
def test_onnxruntime_reports_to_nobody(tmp_path: Path, module: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "ORT_DISABLE_TELEMETRY")}
    code = f"import {module}, onnxruntime; onnxruntime.SessionOptions()"
    subprocess.run([sys.executable, "-c", code], check=True, env={**environment, "HOME": str(tmp_path)})
    written = [path for path in tmp_path.rglob("*") if "Microsoft" in path.parts]
    assert not written, "its device id and its queue of events"


PIP = """#!/usr/bin/env bash
for n in $(seq 50); do echo "Collecting package-$n"; done
echo "a warning" >&2
exit {code}
"""


@pytest.mark.parametrize("code", [0, 1])
def test_setting_up_prints_a_line_and_pips_output_only_where_pip_fails(tmp_path: Path, code: int) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(PIP.format(code=code))
    python.chmod(0o755)
    script = Path(__file__).parents[1] / ".ci" / "packages"
    run = subprocess.run([script, tmp_path], capture_output=True, text=True, timeout=60, check=False)
    log = (tmp_path / "pip.log").read_text()
    assert log.count("Collecting") == 50
    assert "a warning" in log
    assert run.returncode == code
    assert len(run.stdout.splitlines()) == 2 - code
    assert str(tmp_path / "pip.log") in run.stdout
    assert ("Collecting" in run.stderr) is bool(code)
