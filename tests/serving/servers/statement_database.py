"""A simulator of the DSA transparency database on loopback: its token, its limit of a call, its unique numbers.

It is no copy of the database. It refuses as the published code does (StatementMultipleAPIController.php): 403 without
the token, 422 for more than 100, for a statement that lacks a field or has a word that the database has not, and for
numbers that it has; then it takes none of the call. Tests make it fail: by a status, or by losing its answer.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

REQUIRED = (
    "decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts", "source_type",
    "automated_detection", "automated_decision", "puid",
)  # fmt: skip
TOKEN = "7|of-a-simulator"


@dataclasses.dataclass(slots=True, kw_only=True)
class StatementDatabase:
    """What the simulator has, by `puid`, and what it does next: a status to answer, or to lose its answer."""

    url: str = ""
    kept: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    calls: list[int] = dataclasses.field(default_factory=list)  # statements of each call
    fail_with: list[tuple[int, dict[str, str]]] = dataclasses.field(default_factory=list)
    answers_to_lose: int = 0
    refused_words: tuple[str, ...] = ()  # in `decision_facts`: a rule that only the simulator has

    def take(self, statements: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        """Answer a call that has the token."""
        self.calls.append(len(statements))
        if not 1 <= len(statements) <= 100:
            return 422, {"message": "The statements field must have between 1 and 100 items.", "errors": {}}
        errors = {f"statement_{index}": found for index, one in enumerate(statements) if (found := self._errors(one))}
        if errors:
            return 422, {"errors": errors}
        existing = [one["puid"] for one in statements if one["puid"] in self.kept]
        if existing:
            message = "The platform identifier(s) are not all unique within this call."
            return 422, {"message": message, "errors": {"puid": [message], "existing_puids": existing}}
        given = [{**one, "uuid": str(uuid.uuid4())} for one in statements]
        self.kept |= {one["puid"]: one for one in given}
        return 201, {"statements": given}

    def _errors(self, statement: dict[str, Any]) -> dict[str, list[str]]:
        missing = {name: [f"The {name} field is required."] for name in REQUIRED if not statement.get(name)}
        if any(word in statement.get("decision_facts", "") for word in self.refused_words):
            missing["decision_facts"] = ["The decision facts field is refused."]
        return missing


@contextlib.contextmanager
def statement_database() -> Iterator[StatementDatabase]:
    """Run a simulator in a thread."""
    database = StatementDatabase()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._answer(403, {"message": "Unauthorized"}, {})
            elif database.fail_with:
                status, headers = database.fail_with.pop(0)
                self._answer(status, {"message": "not now"}, headers)
            else:
                status, answer = database.take(body["statements"])
                if database.answers_to_lose:
                    database.answers_to_lose -= 1
                    self.connection.close()
                    return
                self._answer(status, answer, {})

        def _answer(self, status: int, answer: dict[str, Any], headers: dict[str, str]) -> None:
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        database.url = f"http://127.0.0.1:{server.server_address[1]}/api/v2/statements"
        try:
            yield database
        finally:
            server.shutdown()
            thread.join()
