from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest
from sqlalchemy import text

from serving.audit_log.entry import Action, new_entry
from serving.audit_log.verify import verify_lines
from serving.principal import Principal
from serving.store.audit_rows import AuditRows
from tests.serving.builders.keys import add_key_to
from tests.serving.servers.running import Running

ACME = Principal(name="key-2", rate_key="key-2", member_id="acme", products=frozenset({"mug"}))
MARA = Principal(name="key-1", rate_key="key-1")
NUMBERS = itertools.count()


def rows_of(site: Running) -> AuditRows:
    assert site.services.store is not None
    return site.services.store.audit_rows


def record(site: Running, caller: Principal, action: Action, object_id: str, member_id: str | None = None) -> None:
    entry = new_entry(
        caller, action, "thing", object_id, member_id=member_id, private={"user": f"user of {caller.name}"}
    )
    asyncio.run(rows_of(site).append(entry))


@pytest.fixture
def name() -> str:
    """The id of an object that no other test has."""
    return f"thing-{next(NUMBERS)}"


def test_pages_come_newest_first_and_end(server: Running, name: str) -> None:
    for _ in range(5):
        record(server, MARA, "review.recorded", name)
    found, cursor = [], None
    for _ in range(3):
        query: dict[str, str | int] = {"object_id": name, "limit": 2, **({} if cursor is None else {"cursor": cursor})}
        page = server.http.get("/v1/audit-log", params=query).json()
        found += [entry["sequence"] for entry in page["entries"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(found) == 5
    assert found == sorted(found, reverse=True)
    newest = server.http.get("/v1/audit-log").json()
    assert newest["head"] == {key: newest["entries"][0][key] for key in ("sequence", "hash")}


def test_filters_are_applied_together(server: Running, name: str) -> None:
    record(server, MARA, "review.recorded", name)
    record(server, ACME, "review.withdrawn", name)

    def count(**query: str) -> int:
        return len(server.http.get("/v1/audit-log", params={"object_id": name, **query}).json()["entries"])

    assert count() == 2
    assert count(action="review.withdrawn") == 1
    assert count(action="review.withdrawn", actor="key-1") == 0
    assert count(object_kind="thing", since="2026-01-01") == 2
    assert count(until="2026-01-01T00:00:00Z") == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [("cursor=x", "cursor_invalid"), ("cursor=99999999999", "cursor_invalid"), ("cursor=-1", "cursor_invalid"),
     ("action=guessed", "request_invalid"), ("since=now", "request_invalid"), ("limit=0", "request_invalid"),
     ("who=me", "query_parameter_unknown")],
)  # fmt: skip
def test_what_is_no_filter_is_refused(server: Running, query: str, code: str) -> None:
    answer = server.http.get(f"/v1/audit-log?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_export_holds_and_goes_on_after_the_last_entry_that_one_has(server: Running, name: str) -> None:
    for _ in range(501):  # more than a page of the export
        record(server, MARA, "review.recorded", name)
    answer = server.http.get("/v1/audit-log/export")
    assert answer.headers["content-type"].startswith("application/jsonl")
    lines = answer.text.splitlines()
    head = server.http.get("/v1/audit-log").json()["head"]
    found = verify_lines(lines, head=head["hash"])
    assert (found.entries, found.broken) == (head["sequence"], None)
    assert (
        server.http.get("/v1/audit-log/export", params={"after": head["sequence"] - 1}).text.splitlines() == lines[-1:]
    )
    assert server.http.get("/v1/audit-log/export", params={"after": head["sequence"]}).text == ""
    verified = server.http.get("/v1/audit-log/verification").json()
    assert (verified["holds"], verified["reason"], verified["complete"]) == (True, None, True)
    assert (verified["entries"], verified["sequence"], verified["head"]) == (
        found.entries,
        found.sequence,
        head["hash"],
    )


def test_a_verification_names_what_was_changed_or_cut_off_in_the_database(start: Callable[..., Running]) -> None:
    site = start(api_key="the operator's own")
    for number in range(3):
        record(site, MARA, "review.recorded", f"thing-{number}", member_id="acme" if number == 1 else None)
    assert site.http.get("/v1/audit-log/verification").json()["holds"]

    tamper(site, "DELETE FROM audit_entries WHERE sequence = (SELECT max(sequence) FROM audit_entries)")
    cut = site.http.get("/v1/audit-log/verification").json()
    assert not cut["holds"]
    assert "removed from the end" in cut["reason"]

    tamper(
        site, "UPDATE audit_entries SET content = replace(content, 'thing-1', 'thing-9') WHERE object_id = 'thing-1'"
    )
    changed = site.http.get("/v1/audit-log/verification").json()
    assert "was changed: its hash is not that of its content" in changed["reason"]
    [sequence] = [
        entry["sequence"]
        for entry in site.http.get("/v1/audit-log").json()["entries"]
        if entry["object"]["id"] == "thing-9"
    ]
    assert (changed["entries"], changed["sequence"]) == (sequence - 1, sequence - 1)


def tamper(site: Running, statement: str) -> None:
    """Change the log as somebody may who can change tables."""
    for event in ("update", "delete"):
        execute(site, f"DROP TRIGGER IF EXISTS audit_entries_no_{event}")
    execute(site, statement)


def execute(site: Running, statement: str) -> None:
    async def work() -> None:
        await rows_of(site)._database.write(lambda session: session.execute(text(statement)))

    asyncio.run(work())


def test_the_log_needs_the_scope_admin(start: Callable[..., Running]) -> None:
    site = start(api_key="the operator's own")
    reader = add_key_to(site, {"read", "review", "cases", "bundles", "check"})
    for path in ("/v1/audit-log", "/v1/audit-log/export", "/v1/audit-log/verification"):
        answer = site.http.get(path, headers=reader)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert site.http.get(path, headers=add_key_to(site, {"admin"})).status_code == 200
