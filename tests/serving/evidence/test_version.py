from __future__ import annotations

from serving.evidence.archive.layout import FORMAT_TEXT
from serving.evidence.signing.seal import SEAL_REASON
from serving.evidence.version import FORMAT


def test_both_kinds_of_file_name_the_same_version() -> None:
    assert str(FORMAT) in FORMAT_TEXT.decode()
    assert SEAL_REASON.format(FORMAT).endswith(str(FORMAT))
