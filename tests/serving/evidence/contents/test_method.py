from __future__ import annotations

from serving.evidence.contents.method import LIMITS, METHOD, method_section, method_text
from serving.evidence.contents.sections import Text


def test_the_limits_are_in_the_report_and_in_the_text_file() -> None:
    text = method_text()
    printed = [block.text for block in method_section().blocks if isinstance(block, Text)]
    for sentence in (*METHOD, *LIMITS):
        assert sentence in text
        assert sentence in printed
    for expected in (
        "never proof of what is in the box",
        "weak",
        "test buy",
        "never proof: anyone can write or remove",
    ):
        assert expected in " ".join(LIMITS)
