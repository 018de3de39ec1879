from __future__ import annotations

import json
import zipfile

from serving.evidence.verification.audit_part import CHAIN_NAME, ENTRIES_NAME, read_audit_part


def test_the_part_of_the_log_holds_and_names_nobody(check_zip: zipfile.ZipFile) -> None:
    entries = check_zip.read(ENTRIES_NAME)
    part = read_audit_part(entries, check_zip.read(CHAIN_NAME))
    assert part.entries >= 1
    assert {json.loads(line)["private"] for line in entries.splitlines()} == {None}
    assert {json.loads(line)["object"]["kind"] for line in entries.splitlines()} == {"check"}
