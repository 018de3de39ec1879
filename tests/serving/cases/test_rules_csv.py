from __future__ import annotations

from serving.cases.rules_csv import COLUMNS, rules_csv
from serving.schemas.enforcement.case_rules import CaseRule, RuleSettings


def test_a_rule_is_a_row_with_its_settings() -> None:
    rules = [
        CaseRule(
            rule_id="r", created_at="t", kind="counterfeit", member_id=None, enabled=True,
            settings=RuleSettings(products=products, country="DE"),
        )
        for products in (["=1+1", "mug"], None)
    ]  # fmt: skip
    header, first, second = rules_csv(rules).splitlines()
    assert header == ",".join(COLUMNS)
    assert {name for name in COLUMNS if "." in name} == {f"settings.{name}" for name in RuleSettings.model_fields}
    assert first == "r,t,counterfeit,,true,DE,trademark,0.05,3,180,'=1+1; mug"
    assert second.endswith(",180,")
