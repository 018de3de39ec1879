from __future__ import annotations

import datetime
import json

import pytest

from serving.store.transparency.statement_rows import StoredStatement
from serving.transparency.delivery.answers import Answer, results_of

NOW = datetime.datetime(2026, 3, 9, tzinfo=datetime.UTC)


def batch(count: int = 3, attempts: int = 1) -> list[StoredStatement]:
    return [
        StoredStatement(
            statement_id=f"s{index}", case_id="c", position=index, puid=f"p{index}", created_at=NOW, body="{}",
            facts_added="", state="waiting", attempts=attempts, due_at=NOW, sent_at=None, database_uuid=None,
            status=None, answer="",
        )
        for index in range(count)
    ]  # fmt: skip


def outcomes(answer: Answer, count: int = 3) -> list[str]:
    return [result.outcome for result in results_of(batch(count), answer, NOW)]


def test_a_call_that_was_taken_sends_all_with_their_uuids() -> None:
    text = json.dumps({"statements": [{"puid": f"p{index}", "uuid": f"u{index}"} for index in range(3)]})
    results = results_of(batch(), Answer(status=201, text=text), NOW)
    assert [(one.outcome, one.database_uuid, one.answer) for one in results] == [
        ("sent", f"u{n}", "") for n in range(3)
    ]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"statements": 5}', '{"statements": [5]}'])
def test_a_call_that_was_taken_counts_also_where_its_answer_cannot_be_read(text: str) -> None:
    assert outcomes(Answer(status=201, text=text)) == ["sent"] * 3


def test_what_breaks_a_rule_is_refused_with_the_words_of_the_database_and_the_others_go_again_at_once() -> None:
    text = json.dumps({"errors": {"statement_1": {"puid": ["The puid field is required."]}}})
    results = results_of(batch(), Answer(status=422, text=text), NOW)
    assert [one.outcome for one in results] == ["later", "refused", "later"]
    assert "The puid field is required." in results[1].answer
    assert results[0].due_at == NOW


def test_what_is_there_already_counts_as_sent() -> None:
    text = json.dumps({"message": "not unique", "errors": {"puid": ["not unique"], "existing_puids": ["p2", "other"]}})
    assert outcomes(Answer(status=422, text=text)) == ["later", "later", "sent"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=None, text="no answer: ReadTimeout"),
        Answer(status=500, text="no"),
        Answer(status=403, text='{"message": "Unauthorized"}'),
        Answer(status=429, text=""),
        Answer(status=302, text=""),
        Answer(status=200, text='{"statements": []}'),  # only 201 says that they were made
        Answer(status=422, text="not JSON"),
        Answer(status=422, text='{"errors": {"existing_puids": ["of others"]}}'),
    ],
)
def test_anything_else_is_tried_again(answer: Answer) -> None:
    assert outcomes(answer) == ["later"] * 3


def test_one_alone_that_is_refused_without_a_number_is_refused() -> None:
    assert outcomes(Answer(status=422, text='{"errors": {"category": ["wrong"]}}'), 1) == ["refused"]


@pytest.mark.parametrize(
    ("attempts", "retry_after_s", "delay_s"),
    [(1, None, 60), (2, None, 300), (5, None, 21_600), (50, None, 21_600), (1, 120.0, 120), (1, 1e9, 86_400)],
)
def test_the_pause_grows_and_a_longer_one_is_kept_up_to_a_day(
    attempts: int, retry_after_s: float | None, delay_s: float
) -> None:
    answer = Answer(status=503, text="", retry_after_s=retry_after_s)
    (result,) = results_of(batch(1, attempts), answer, NOW)
    assert result.due_at == NOW + datetime.timedelta(seconds=delay_s)
