from __future__ import annotations

from serving.cases.notices import LISTINGS_NAMED, SellerLink, facts_of, notices_of_move, questions
from tests.serving.builders.cases.new_cases import stored
from tests.serving.builders.new_checks import NOW


def test_a_text_says_whether_checks_found_the_listings() -> None:
    for found, automated in ((False, "none"), (True, "partly")):
        assert facts_of(stored(found_by_checks=found)).automated_decision == automated


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
