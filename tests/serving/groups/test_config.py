from __future__ import annotations

import pytest

from serving.groups.config import GroupSettings
from vision.errors import ConfigError


def test_a_limit_of_no_question_is_refused() -> None:
    assert GroupSettings(questions_per_day=1).questions_per_day == 1
    with pytest.raises(ConfigError, match=r"groups\.questions_per_day"):
        GroupSettings(questions_per_day=0)
