from __future__ import annotations

import io
import json
import sys

import pytest

from vision.cli.output_encoding import print_any_name


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_every_name_can_be_printed_and_json_stays_json(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "日本 😀 \u200b caf\udce9.jpg"
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding)
    monkeypatch.setattr(sys, "stdout", out)
    print_any_name()
    print(json.dumps(name, ensure_ascii=False))
    out.flush()
    assert json.loads(written.getvalue().decode(encoding)) == name


def test_typographic_signs_become_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    out = io.TextIOWrapper(written, "ascii")
    monkeypatch.setattr(sys, "stdout", out)
    print_any_name()
    print("→ 1 – 2 …", end="")
    out.flush()
    assert written.getvalue() == b"-> 1 - 2 ..."


def test_a_stream_that_is_no_file_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    print_any_name()
    print("日本")
    assert written.getvalue() == "日本\n"
