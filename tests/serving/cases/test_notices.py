from __future__ import annotations

import pytest

from serving.cases.notices import LISTINGS_NAMED, SellerLink, facts_of, notices_of_move, questions
from tests.serving.builders.cases.new_cases import stored
from tests.serving.builders.new_checks import NOW


def test_a_text_tells_the_use_of_automated_means_as_the_statement_of_reasons_does() -> None:
    for outcome, found, automated in (
        (None, False, "none"),
        ("genuine", False, "partly"),
        ("counterfeit", True, "partly"),
    ):
        facts = facts_of(stored(check_outcomes=(outcome,)))
        assert (facts.found_by_automation, facts.automated_decision) == (found, automated)
    assert facts_of(stored(opened_by="cluster")).found_by_automation


def test_a_seller_reads_of_automated_means_for_its_own_listings() -> None:
    sold = {"listing_names": ("l-0", "l-1"), "listing_sellers": ("anna", "bert")}
    case = stored(state="upheld", check_outcomes=("counterfeit", None), **sold)
    anna, bert = (str(one.body["text"]) for one in notices_of_move(case, "forwarded", "", NOW))
    assert "The listings were found by automated means" in anna
    assert "The listings were not found by automated means" in bert


@pytest.mark.parametrize("jurisdiction", ["CN", "EU", "other"])
@pytest.mark.parametrize(
    ("upheld", "forwarded", "expected"),
    [
        ("The logo differs.", "", "The logo differs."),
        ("", "Copied.", "Copied."),
        ("A.", "B.", "A. B."),
        ("A.", "A.", "A."),
    ],
)
def test_a_seller_reads_why_the_notice_was_upheld(
    jurisdiction: str, upheld: str, forwarded: str, expected: str
) -> None:
    case = stored(state="upheld", jurisdiction=jurisdiction, decision_reason=upheld)
    (notice,) = notices_of_move(case, "forwarded", forwarded, NOW)
    words = str(notice.body["text"])
    assert f"upheld. {expected}\n" in words or f"taken down. {expected}\n" in words


def test_a_text_names_some_of_many_listings() -> None:
    facts = facts_of(stored(listing_names=tuple(str(number) for number in range(1000))))
    assert len(facts.listing_ids) == LISTINGS_NAMED


def test_a_question_goes_to_who_notified_and_to_nobody_where_the_operator_found_it() -> None:
    assert [one.recipient for one in questions(stored(), "which?")] == ["notifier"]
    assert questions(stored(member_id=None), "which?") == ()


def test_the_sellers_words_reach_the_right_holder_in_every_jurisdiction() -> None:
    for jurisdiction in ("CN", "EU", "other"):
        (notice,) = notices_of_move(stored(jurisdiction=jurisdiction), "counter_notice", "it is genuine", NOW)
        assert (notice.recipient, notice.kind) == ("notifier", "declaration")
        assert "it is genuine" in str(notice.body["text"])


def test_the_notice_of_each_seller_is_about_its_own_listings_alone() -> None:
    case = stored(state="upheld", listing_names=("l-0", "l-1", "l-2"), listing_sellers=("anna", "bert", "anna"))
    links = tuple(SellerLink(token_sha256=name, expires_at=NOW) for name in ("a", "b"))
    sent = notices_of_move(case, "forwarded", "copied", NOW, links=links)
    assert [(one.positions, one.token_sha256) for one in sent] == [((0, 2), "a"), ((1,), "b")]
    assert "Listings: l-0, l-2." in str(sent[0].body["text"])
    assert "Listings: l-1." in str(sent[1].body["text"])
    assert not any(name in str(one.body) for one in sent for name in ("anna", "bert"))
