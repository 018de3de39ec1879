from __future__ import annotations

import io

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from serving.errors import TimeStampUnavailable
from serving.evidence.signing.pdf_signing import SEAL_FIELD, STAMPED_FIELD, sign_pdf
from tests.serving.evidence.evidence_keys import key_pair, small_pdf


def signatures_of(data: bytes) -> list[tuple[str, str, bool]]:
    """Of each signature the field, the subfilter of PAdES, and whether it has a time stamp."""
    return [
        (one.field_name, one.sig_object["/SubFilter"], "unsigned_attrs" in repr(one.signer_info.native.keys())
         and bool(one.signer_info["unsigned_attrs"].native))
        for one in PdfFileReader(io.BytesIO(data)).embedded_signatures
    ]  # fmt: skip


def test_with_a_stamper_the_pdf_has_a_stamped_signature_under_the_seal() -> None:
    subfilter = "/ETSI.CAdES.detached"
    assert signatures_of(small_pdf()) == [(STAMPED_FIELD, subfilter, True), (SEAL_FIELD, subfilter, False)]


def test_without_a_stamper_the_seal_is_the_only_signature() -> None:
    assert signatures_of(small_pdf(stamped=False)) == [(SEAL_FIELD, "/ETSI.CAdES.detached", False)]


def test_an_authority_that_refuses_is_named_and_nothing_is_signed() -> None:
    class Refusing(TimeStamper):
        async def async_request_tsa_response(self, req: object) -> object:
            raise TimestampRequestError("the quota is used up")

    with pytest.raises(TimeStampUnavailable, match="the quota is used up"):
        sign_pdf(small_pdf(stamped=False), key_pair(), Refusing())  # type: ignore[no-untyped-call]
