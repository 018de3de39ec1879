from __future__ import annotations

import dataclasses
import datetime

import pytest

from serving.cases.notice_texts import (
    DISPUTES_PAGE,
    NoticeFacts,
    decision_for_notifier,
    decision_for_seller,
    declaration_for_notifier,
    forwarded_notice_for_seller,
    receipt_for_notifier,
)

NOW = datetime.datetime(2026, 3, 9, 8, 30, tzinfo=datetime.UTC)
FACTS = NoticeFacts(
    case_id="case-1",
    product="korvelle-k1-hair-dryer",
    ground="design",
    country="DE",
    jurisdiction="EU",
    listing_ids=["L1", "L2"],
    found_by_automation=True,
    automated_decision="partly",
    reason="The grille differs.",
    complaint_way="at https://market.example/complaints",
)
CHINA = NoticeFacts(
    case_id="case-2",
    product="korvelle-k1-hair-dryer",
    ground="trademark",
    country="CN",
    jurisdiction="CN",
    listing_ids=[],
)


def test_a_receipt_has_the_number_and_the_listings() -> None:
    text = receipt_for_notifier(FACTS, NOW)
    assert "case-1" in text.subject
    assert "2026-03-09" in text.body
    assert "L1, L2" in text.body
    hidden = dataclasses.replace(FACTS, listing_ids=["L\u202e1"])  # of a check, which takes any id
    assert "Listings: L[U+202E]1." in receipt_for_notifier(hidden, NOW).body


@pytest.mark.parametrize("upheld", [True, False])
def test_a_decision_gives_the_notifier_reason_automation_and_redress(upheld: bool) -> None:
    body = decision_for_notifier(FACTS, NOW, upheld=upheld).body
    for part in ("The grille differs.", "found by automated means", "by a person who saw", "Art. 20", "Art. 21"):
        assert part in body
    assert "until 2026-09-09 (Europe/Berlin) at https://market.example/complaints" in body
    assert "not solely by automated means" in body
    assert DISPUTES_PAGE in body
    assert ("upheld" in body) == upheld


def test_the_seller_is_given_the_six_parts_of_a_statement_of_reasons() -> None:
    body = decision_for_seller(
        FACTS, NOW, scope="the EU", restriction="The listings are removed, for good.", legal_ground="A law, Article 9."
    ).body
    for part in ("removed, for good", "Territory: the EU", "Facts:", "automated means", "A law, Article 9.", "court"):
        assert part in body


def test_a_decision_in_china_names_its_own_law_and_no_complaint_of_the_eu() -> None:
    body = decision_for_notifier(CHINA, NOW, upheld=False).body
    assert "E-Commerce Law" in body
    assert "Digital Services Act" not in body


def test_a_notice_and_a_declaration_in_china_have_what_the_articles_ask_for() -> None:
    assert "prima facie evidence" in forwarded_notice_for_seller(CHINA, NOW).body
    late = datetime.datetime(2026, 3, 9, 18, tzinfo=datetime.UTC)  # the tenth in Shanghai
    assert "forwarded to you on 2026-03-10 (Asia/Shanghai)" in forwarded_notice_for_seller(CHINA, late).body
    body = declaration_for_notifier(CHINA, NOW, NOW + datetime.timedelta(days=15)).body
    assert "by 2026-03-24 (Asia/Shanghai), 15 days after" in body
