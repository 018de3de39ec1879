from __future__ import annotations

from serving.evidence.archive.part_names import ABOUT_NAME, METHOD_NAME, REPORT_NAME, SUMS_NAME, sums_text


def test_sums_are_as_sha256sum_reads_them_and_their_name_comes_after_those_that_they_list() -> None:
    assert sums_text([("a/b.txt", "0" * 64)]) == b"0" * 64 + b"  a/b.txt\n"
    assert max(ABOUT_NAME, METHOD_NAME, REPORT_NAME, "checks/001", "audit-log/x") < SUMS_NAME < "signature/"
