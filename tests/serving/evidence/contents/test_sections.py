from __future__ import annotations

from pathlib import Path

from serving.evidence.contents.sections import Gathering


def test_parts_are_given_in_the_order_of_their_names_whatever_they_were_added_in(tmp_path: Path) -> None:
    gathering = Gathering(tmp_path)
    for name in ("method.txt", "checks/002/a.jpg", "checks/001/b.jpg", "checks/001/a.jpg"):
        gathering.write(name, name.encode())
    gathering.write_json("evidence.json", {"b": "ü", "a": 1.5})
    assert list(gathering.names()) == [
        "checks/001/a.jpg", "checks/001/b.jpg", "checks/002/a.jpg", "evidence.json", "method.txt",
    ]  # fmt: skip
    assert gathering.path_of("evidence.json").read_text("utf-8") == '{\n "a": 1.5,\n "b": "ü"\n}\n'
