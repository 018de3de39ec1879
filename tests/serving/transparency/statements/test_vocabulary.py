from __future__ import annotations

from serving.transparency.statements import vocabulary


def test_the_union_has_27_members_and_the_economic_area_30() -> None:
    assert len(set(vocabulary.EEA)) == 30


def test_counterfeits_have_no_keyword_of_their_own_and_the_six_rights_have() -> None:
    assert not [word for word in vocabulary.KEYWORD | vocabulary.CATEGORY if "COUNTERFEIT" in word]
    assert len(vocabulary.INTELLECTUAL_PROPERTY_KEYWORDS) == 7
    assert set(vocabulary.INTELLECTUAL_PROPERTY_KEYWORDS) < vocabulary.KEYWORD


def test_version_2_has_16_categories_and_no_value_is_misspelt() -> None:
    assert len(vocabulary.CATEGORY) == 16
    assert len(vocabulary.LANGUAGE) == 184
    assert {"DE", "EN", "ZH"} < vocabulary.LANGUAGE
    assert all(word.replace("_", "").isalnum() and word.isupper() for word in vocabulary.KEYWORD | vocabulary.CATEGORY)
