from __future__ import annotations

import pytest

from serving import errors
from serving.errors import (
    DeadlineExceeded,
    PhotoDamaged,
    RateLimited,
    RequestInvalid,
    RequestRefused,
    ServingError,
    StoreUnavailable,
    Unavailable,
    Unimplemented,
)

CONCRETE = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ServingError) and not kind.__subclasses__()
]


def test_every_error_has_a_code_and_a_title_of_its_own() -> None:
    assert len(CONCRETE) > 30
    assert len({kind.code for kind in CONCRETE}) == len(CONCRETE)
    assert len({kind.title for kind in CONCRETE}) == len(CONCRETE)


@pytest.mark.parametrize("kind", CONCRETE, ids=lambda kind: kind.__name__)
def test_a_refusal_is_the_callers_to_change_and_unavailability_passes(kind: type[ServingError]) -> None:
    error = kind("why")
    if isinstance(error, RequestRefused):
        assert 400 <= kind.status < 500
    elif isinstance(error, Unimplemented):
        assert kind.status == 501
    elif isinstance(error, PhotoDamaged):  # neither the caller nor waiting can change it
        assert kind.status == 500
    else:
        assert isinstance(error, Unavailable)
        assert kind.status in (429, 503, 504)
        assert error.retry_after_s >= 1
    assert error.message == "why"


def test_retry_after_is_a_second_unless_it_is_known() -> None:
    assert RateLimited("later").retry_after_s == 1
    assert StoreUnavailable("later", retry_after_s=5).retry_after_s == 5


def test_an_invalid_request_names_its_fields() -> None:
    error = RequestInvalid("two fields are wrong", [("a", "missing"), ("b", "unknown")])
    assert error.errors == (("a", "missing"), ("b", "unknown"))


def test_a_passed_deadline_is_no_fault_of_the_caller_and_has_a_status_of_its_own() -> None:
    assert issubclass(DeadlineExceeded, Unavailable)
    assert DeadlineExceeded.status == 504
