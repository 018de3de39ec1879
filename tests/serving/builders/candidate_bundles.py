"""Candidates for a server's bundle `tiny`: v2 calls blue genuine, and others that are refused or slow to load."""

from __future__ import annotations

import json
import os
from pathlib import Path

import onnx

from tests.builders.bundle import SLOPE, write_tiny_bundle
from vision.bundle.bundle import seal_bundle

SLOW_FILE = "card.html"


def write_candidates(folder: Path) -> Path:
    """Sound candidates v2, v3 and v4; v3 answers as the first bundle does, the others the opposite."""
    write_tiny_bundle(folder / "v2", version="2", slope=-SLOPE)
    write_tiny_bundle(folder / "v3", version="3", bias=0.5)
    write_tiny_bundle(folder / "v4", version="4", slope=-SLOPE, bias=0.5)
    return folder


def write_refused(folder: Path) -> dict[str, str]:
    """Candidates that must not serve: gives the code that each is refused with."""
    write_tiny_bundle(folder / "changed")
    with (folder / "changed" / "card.html").open("a") as card:
        card.write("changed")
    write_tiny_bundle(folder / "tomorrows")
    record = folder / "tomorrows" / "bundle.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "format_version": 99, "robustness": {"later": 1}}))
    write_tiny_bundle(folder / "half")
    (folder / "half" / "model.onnx").unlink()
    (folder / "nothing").mkdir()
    write_tiny_bundle(folder / "wrong", self_test_logits=[9.0] * 8)
    garbled = write_tiny_bundle(folder / "garbled")
    (folder / "garbled" / "model.onnx").write_bytes(b"no graph at all")
    seal_bundle(folder / "garbled", garbled.metadata)
    too_new = write_tiny_bundle(folder / "too-new")
    graph = onnx.load(folder / "too-new" / "model.onnx")
    graph.opset_import[0].version = 99
    onnx.save(graph, folder / "too-new" / "model.onnx")
    seal_bundle(folder / "too-new", too_new.metadata)
    write_tiny_bundle(folder / "other-product", products=("toy", "ball"))
    write_tiny_bundle(folder / "other-name", name="tinier")
    return {
        "changed": "candidate_checksum_mismatch",
        "tomorrows": "candidate_format_unknown",
        "half": "candidate_invalid",
        "nothing": "candidate_invalid",
        "wrong": "candidate_invalid",
        "garbled": "candidate_invalid",
        "too-new": "candidate_invalid",
        "other-product": "candidate_mismatch",
        "other-name": "candidate_mismatch",
        "nowhere": "candidate_not_found",
        "..": "candidate_not_found",
        "../candidates/v2": "candidate_not_found",
        ".hidden": "candidate_not_found",
    }


def write_slow(folder: Path) -> Path:
    """A sound candidate `slow` whose loading stops at a pipe until `let_load` fills it."""
    write_tiny_bundle(folder / "slow", version="slow", slope=-SLOPE)
    pipe = folder / "slow" / SLOW_FILE
    (folder / SLOW_FILE).write_bytes(pipe.read_bytes())
    pipe.unlink()
    os.mkfifo(pipe)
    return pipe


def wait_until_loading(pipe: Path) -> int:
    """Wait until the server reads the pipe; gives it open, for `let_load`."""
    return os.open(pipe, os.O_WRONLY)  # returns when there is a reader


def let_load(pipe: Path, opened: int) -> None:
    """Give the pipe what the sealed file had."""
    with os.fdopen(opened, "wb") as stream:
        stream.write((pipe.parents[1] / SLOW_FILE).read_bytes())
