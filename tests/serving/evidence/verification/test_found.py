from __future__ import annotations

from serving.evidence.verification.pdf_file import verify_pdf
from tests.serving.evidence.evidence_keys import key_pair, small_pdf


def test_what_was_found_names_the_signer_as_people_compare_it() -> None:
    found = verify_pdf(small_pdf())
    assert found.fingerprint == key_pair().fingerprint
    assert found.signer == "CN=Example Market,O=Example Market"
    assert found.valid_until.year == key_pair().certificate.not_valid_after_utc.year
