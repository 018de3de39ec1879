from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from serving.schemas.bundles import BundleName, CanarySent, CandidateSent, RollbackSent, SlotState


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (CandidateSent, {}),
        (CandidateSent, {"candidate": "v2", "sha256": "abc"}),
        (CandidateSent, {"candidate": "v2", "sha256": "A" * 64}),
        (CandidateSent, {"candidate": "v2", "by": ""}),
        (CandidateSent, {"candidate": "v2", "path": "/etc"}),
        (CanarySent, {"candidate": "v2"}),
        (CanarySent, {"candidate": "v2", "share": 0}),
        (CanarySent, {"candidate": "v2", "share": 1.01}),
        (RollbackSent, {}),
        (RollbackSent, {"what": "everything"}),
    ],
)
def test_a_change_with_a_wrong_missing_or_unknown_field_is_refused(
    kind: type[CandidateSent], sent: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(sent)


def test_null_is_the_bundle_of_the_settings_and_must_be_sent() -> None:
    assert CandidateSent.model_validate({"candidate": None}).candidate is None


def test_a_canary_may_have_every_listing() -> None:
    assert CanarySent.model_validate({"candidate": "v2", "share": 1}).share == 1


def test_a_slots_state_survives_json_since_the_store_keeps_it_as_text() -> None:
    name = BundleName(candidate=None, version="1", sha256="0" * 64)
    state = SlotState(
        configured_sha256="0" * 64, active=name, previous=None, shadow=name, canary=None, canary_share=0.25
    )
    assert SlotState.model_validate_json(state.model_dump_json()) == state
