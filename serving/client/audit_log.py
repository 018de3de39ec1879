"""The client's calls about the audit log: who did what, read and exported."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

from serving.client.calls import Call, query
from serving.client.steps import Item, Items, Iteration, Method, Sender, Steps
from serving.schemas.audit_log import AuditEntry, AuditPage, AuditVerification


class AuditFilters(TypedDict, total=False):
    """The filters of GET /v1/audit-log; None filters nothing."""

    action: str | None
    actor: str | None
    object_kind: str | None
    object_id: str | None
    since: str | datetime | None
    until: str | datetime | None


class AuditCalls(Sender):
    """The calls about the audit log, for a key with the scope `admin`. Raises ClientError."""

    @Iteration
    def audit_entries(self, **filters: Unpack[AuditFilters]) -> Items[AuditEntry]:
        """Iterate over the entries that match, newest first; pages are fetched as needed."""
        cursor: str | None = None
        while True:
            params = query({**filters, "cursor": cursor})
            page = yield from self._read(Call(method="GET", path="/v1/audit-log", params=params), AuditPage)
            for entry in page.entries:
                yield Item(entry)
            cursor = page.next_cursor
            if cursor is None:
                return

    @Method
    def verify_audit_log(self) -> Steps[AuditVerification]:
        """Have the server verify its log; `touchstone audit-log verify` verifies an export without trusting it."""
        return (yield from self._read(Call(method="GET", path="/v1/audit-log/verification"), AuditVerification))

    @Method
    def export_audit_log(self, path: str | Path, *, after: int = 0) -> Steps[None]:
        """Write the entries after a sequence to a file, oldest first, for `touchstone audit-log verify`."""
        yield from self._save("/v1/audit-log/export", query({"after": after}), Path(path))
