"""A store as version 0.1.0 of Touchstone left it: schema 0005, with data in every table and awkward values."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path

from sqlalchemy import text

from serving.store.database.migrations import migrate
from serving.store.database.named_store import DATABASE_FILE
from serving.store.database.sqlite import connect
from serving.store.photos.location import PHOTO_FOLDER
from tests.serving.builders.new_checks import NOW, new_check

SCHEMA = "0005"
PHOTOS = [b"the first photo", b"the second photo", "ein drittes Foto: Ä".encode()]
_TIME = "2026-05-01 12:00:00.000000"


def write_old_store(folder: Path, checks: int = 7) -> Path:
    """Make the store's folder with this many checks, and give it."""
    folder.mkdir(parents=True)
    engine = connect(folder / DATABASE_FILE)
    migrate(engine, SCHEMA)
    with engine.begin() as connection:
        for number in range(checks):
            for statement, values in _rows(number):
                connection.execute(text(statement), values)
        connection.execute(
            text("INSERT INTO bundle_changes VALUES (41, :t, 'tiny', 'activate', 'open', NULL, 'why?', '{}')"),
            {"t": _TIME},
        )
    engine.dispose()
    for photo in PHOTOS:
        file = folder / PHOTO_FOLDER / _sha256(photo)[:2] / _sha256(photo)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(photo)
    return folder


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _rows(number: int) -> list[tuple[str, dict[str, object]]]:
    created_at = NOW + datetime.timedelta(minutes=number)
    new = new_check(created_at=created_at)
    check_id, photo = new.answer.check_id, PHOTOS[number % len(PHOTOS)]
    check: dict[str, object] = {
        "check_id": check_id, "created_at": created_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "listing_id": ("É-1", "e-1", "Z", None)[number % 4], "seller_id": ("ß", "S", None)[number % 3],
        "product": "toy", "outcome": new.answer.outcome, "authenticity": 0.1 + 0.2 if number % 2 else None,
        "bundle_sha256": "0" * 64, "views": json.dumps(["front", None]) if number % 2 else None,
        "attributes": json.dumps({"b": [1.5, None, {"ü": "\U0001f600"}], "a": True}),
        "answer": new.answer.model_dump_json(), "uncertainty": 2 / 3, "decision": "genuine" if number == 1 else None,
    }  # fmt: skip
    key: dict[str, object] = {"check_id": check_id, "key": _sha256(str(number).encode()), "t": _TIME}
    rows: list[tuple[str, dict[str, object]]] = [
        (f"INSERT INTO checks ({', '.join(check)}) VALUES ({', '.join(f':{name}' for name in check)})", check),
        (
            "INSERT INTO photos VALUES (:check_id, 0, :sha256, 1, :evidence), (:check_id, 1, :key, 0, NULL)",
            {**key, "sha256": _sha256(photo), "evidence": bytes(range(number, 200))},
        ),
        ("INSERT INTO idempotency_keys VALUES (:key, :key, :check_id, :t)", key),
        (
            "INSERT INTO shadow_verdicts VALUES (:check_id, :key, :key, 'toy', 'review', 'genuine', NULL, 0.25)",
            key,
        ),
    ]
    if number == 1:
        review = "INSERT INTO reviews VALUES (:id, :check_id, :decision, 'Sagt \"nein\"\n', :t, :withdrawn, :key, :key)"
        rows += [
            (review, {**key, "id": 5, "decision": "genuine", "withdrawn": None}),
            (review, {**key, "id": 9, "decision": "counterfeit", "withdrawn": _TIME, "key": None}),
        ]
    return rows
