from __future__ import annotations

from serving.audit_log.source import current_source


def test_outside_of_requests_there_is_no_source() -> None:
    assert current_source.get() is None
