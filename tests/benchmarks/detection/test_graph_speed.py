import sys
from pathlib import Path

import pytest

from benchmarks.detection import graph_speed
from tests.builders.bundle import write_tiny_bundle


def test_each_graph_has_a_line_relative_to_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle", int8_slope=20.05)
    extra = bundle.folder / "model.onnx"
    monkeypatch.setattr(sys, "argv", ["graph_speed", str(bundle.folder), str(extra), "--rounds", "5"])
    graph_speed.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("1.00 times as fast as the first")
