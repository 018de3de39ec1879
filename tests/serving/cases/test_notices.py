from __future__ import annotations

import pytest

from serving.cases.decision_policy import LEGAL_GROUNDS, DecisionPolicy
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


def test_the_letter_names_the_territory_and_the_ground_of_the_statement_of_reasons() -> None:
    case = stored(state="upheld", country="DE", jurisdiction="EU", ground="trademark")
    for policy, territory, ground in (
        (DecisionPolicy(), "the European Union (27 countries)", LEGAL_GROUNDS["trademark"]),
        (DecisionPolicy(scope="country"), "DE", LEGAL_GROUNDS["trademark"]),
        (DecisionPolicy(terms="Clause 7"), "the European Union (27 countries)", "Terms and conditions: Clause 7."),
    ):
        (letter,) = notices_of_move(case, "forwarded", "", NOW, policy=policy)
        words = str(letter.body["text"])
        assert f"Territory: {territory}." in words
        assert f"Ground: {ground}" in words


def test_a_letter_says_who_found_the_listings() -> None:
    for member_id, found in (("m-1", "gave notice that"), (None, "the marketplace found on its own initiative")):
        (letter,) = notices_of_move(stored(state="upheld", member_id=member_id), "forwarded", "", NOW)
        assert found in str(letter.body["text"])


@pytest.mark.parametrize("url", ["", "https://market.example/complaints"])
def test_a_letter_says_how_its_reader_complains(url: str) -> None:
    policy = DecisionPolicy(complaints_url=url)
    elsewhere = f", or at {url} (Digital" if url else " (Digital"
    letters = [
        *notices_of_move(stored(), "upheld", "", NOW, policy=policy),
        *notices_of_move(stored(state="upheld"), "forwarded", "", NOW, policy=policy),
        *notices_of_move(stored(state="counter_notice"), "upheld", "", NOW, policy=policy),
    ]
    assert [one.recipient for one in letters] == ["notifier", "seller", "notifier", "seller"]
    ways = {"seller": "by the link to your notice", "notifier": f"in case {stored().case_id}, with your key"}
    for letter in letters:
        assert f" {ways[letter.recipient]}{elsewhere}" in str(letter.body["text"])
