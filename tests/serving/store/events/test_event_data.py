from __future__ import annotations

import json

from serving.principal import SERVER, Principal
from serving.schemas.checks import BundleUsed, Check, CheckThresholds, PhotoAnswer, PhotoFault, Reason
from serving.store.events.event_data import MAX_BODY_BYTES, CheckFacts, body_of, event_of
from serving.store.sortable_id import new_id
from serving.store.tables import EventRow

LONGEST_NAME = "\U0001f9f8" * 200  # 800 bytes of UTF-8


def completed(check: Check) -> tuple[EventRow, CheckFacts]:
    row = EventRow(event_id=f"evt_{check.check_id}", sequence=2**62, type="check.completed", check_id=check.check_id)
    row.product = check.product
    facts = CheckFacts(
        answer=check.model_dump_json(), listing_id=check.listing_id, seller_id=LONGEST_NAME, product=check.product,
        outcome=check.outcome,
    )  # fmt: skip
    return row, facts


def largest_check(message_length: int) -> Check:
    """A check of 12 photos with everything that an answer may have, and messages of this length."""
    check_id = new_id()
    text = "w" * message_length
    photo = PhotoAnswer(
        index=11, sha256="f" * 64, outcome="counterfeit", authenticity=0.12345678901234567,
        quality=["too_small", "blurred", "too_dark"], novelty=0.12345678901234567, matches=[],
        evidence_url=f"/v1/checks/{check_id}/photos/11/evidence",
        error=PhotoFault(code="photo_format_unsupported", message=text),
    )  # fmt: skip
    return Check(
        check_id=check_id, listing_id=LONGEST_NAME, product=LONGEST_NAME, outcome="counterfeit",
        authenticity=0.12345678901234567,
        thresholds=CheckThresholds(counterfeit_below=0.12345678901234567, genuine_above=0.12345678901234567),
        authenticity_kind="conformal", counterfeit_share=0.12345678901234567, novelty=0.12345678901234567,
        advisory=False, photos=[photo] * 12,
        reasons=[Reason(code="looks_counterfeit", message=text, photo=11)] * 40,
        bundle=BundleUsed(name=LONGEST_NAME, version=LONGEST_NAME, sha256="f" * 64, graph="fp32"),
        created_at="2026-05-01T12:00:00.000Z", elapsed_ms=12345.6,
    )  # fmt: skip


def test_the_body_of_the_largest_check_is_under_20_kb_with_the_names_of_missing_fields() -> None:
    for message_length, left_out in ((10, []), (200, ["reasons"]), (2000, ["reasons", "photos"])):
        check = largest_check(message_length)
        event = event_of(*completed(check), SERVER)
        assert event is not None
        assert event.left_out == left_out
        assert len(body_of(event)) < MAX_BODY_BYTES == 20_000
        kept = {**check.model_dump(), "seller_id": LONGEST_NAME}
        assert json.loads(body_of(event))["data"] == {name: kept[name] for name in kept if name not in left_out}


def test_an_activation_of_many_products_fits_and_each_member_reads_of_its_own() -> None:
    products = [f"product-{number:04}" for number in range(2000)]
    data = json.dumps({"name": "b", "products": products})
    row = EventRow(event_id=f"evt_{new_id()}", sequence=1, type="bundle.activated", data=data)
    whole = event_of(row, None, SERVER)
    assert whole is not None
    assert (whole.data, whole.left_out) == ({"name": "b"}, ["products"])
    member = Principal(name="m", rate_key="m", member_id="m", products=frozenset({"product-1999", "hat"}))
    own = event_of(row, None, member)
    assert own is not None
    assert (own.data, own.left_out) == ({"name": "b", "products": ["product-1999"]}, [])


def test_an_event_has_the_time_of_its_id() -> None:
    row = EventRow(
        event_id="evt_017f22e2-79b0-7cc3-98c4-dc0c0c07398f", sequence=1, type="job.completed", data='{"job_id":"j"}'
    )
    event = event_of(row, None, SERVER)
    assert event is not None
    assert (event.timestamp, event.data) == ("2022-02-22T19:22:22.000Z", {"job_id": "j"})
