from __future__ import annotations

import random

import pytest

from serving.errors import EvidenceFileInvalid, EvidenceVersionUnknown, ServingError
from serving.evidence.signing.seal import find_seal
from serving.evidence.verification.pdf_file import verify_pdf
from tests.serving.evidence.evidence_keys import STAMPER_NAME, key_pair, small_pdf, stamper_certificate


def test_an_unchanged_pdf_holds_and_its_time_stamp_is_as_trusted_as_its_authority() -> None:
    found = verify_pdf(small_pdf())
    assert found.certificate == key_pair().certificate
    assert [(STAMPER_NAME in stamp.authority, stamp.trusted) for stamp in found.time_stamps] == [(True, False)]
    assert verify_pdf(small_pdf(), [stamper_certificate()]).time_stamps[0].trusted
    assert verify_pdf(small_pdf(stamped=False)).time_stamps == ()


def test_changed_bytes_are_found_wherever_they_are() -> None:
    """In the page, in both signatures' containers, in the case of their hex digits and in what pads them."""
    data, random_places = small_pdf(), random.Random(14)
    _, (first, end) = find_seal(data) or (0, (0, 0))
    places = [*random_places.sample(range(len(data)), 40), *range(first, first + 30), first + 900, end - 2, end - 1]
    for place in places:
        for bit in (0, 5):  # 5 changes the case of a letter
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(ServingError):
                verify_pdf(bytes(changed))


def test_cuts_and_what_is_added_are_found() -> None:
    data = small_pdf()
    for changed in (data[:-1], data[:100], data + b"\n", data + data, b"%PDF-1.4\n" + data, b"", b"rubbish"):
        with pytest.raises(EvidenceFileInvalid):
            verify_pdf(changed)


def test_a_pdf_of_a_later_version_has_an_error_of_its_own() -> None:
    with pytest.raises(EvidenceVersionUnknown, match="format 2"):
        verify_pdf(small_pdf().replace(b"touchstone evidence format 1", b"touchstone evidence format 2"))


def test_a_file_of_another_key_is_refused_before_a_pdf_reader_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the PDF was parsed")

    monkeypatch.setattr("serving.evidence.verification.pdf_file.PdfFileReader", never)
    with pytest.raises(EvidenceFileInvalid, match="another one signed it"):
        verify_pdf(small_pdf(), key="0" * 64)
