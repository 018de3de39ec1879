from __future__ import annotations

from serving.routes.csv_files import csv_file, csv_or_problems


def test_a_file_has_its_name_and_is_never_kept() -> None:
    answer = csv_file("a\r\n", "toys.csv")
    assert answer.body == b"a\r\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="toys.csv"'
    assert answer.headers["cache-control"] == "no-store"


def test_the_contract_has_an_example_of_the_file_and_its_problems() -> None:
    answers = csv_or_problems("a\r\n", 401)
    assert answers[200]["content"]["text/csv"]["example"] == "a\r\n"
    assert set(answers) == {200, 401}
