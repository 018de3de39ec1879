from __future__ import annotations

from collections import Counter

from serving.jobs.turns import Turns
from serving.principal import Principal
from serving.store.job_line_rows import RunningJob


def job(name: str, member: str | None = None) -> RunningJob:
    products = None if member is None else frozenset({"toy"})
    return RunningJob(job_id=name, caller=Principal(name="c", rate_key="c", member_id=member, products=products))


def test_a_member_with_many_jobs_gets_as_many_turns_as_one_with_one() -> None:
    jobs = [*(job(f"a{n}", "a") for n in range(9)), job("b0", "b"), job("o0")]
    turns, served = Turns(), Counter[str | None]()
    for _ in range(30):
        first = turns.order(jobs)[0]
        served[first.caller.member_id] += 1
        turns.note_served([first])
    assert served == {"a": 10, "b": 10, None: 10}


def test_the_jobs_of_a_member_take_turns_and_stand_together() -> None:
    jobs = [job("a1", "a"), job("a2", "a"), job("b1", "b")]
    turns, order = Turns(), []
    for _ in range(6):
        found = turns.order(jobs)
        members = [one.caller.member_id or "" for one in found]
        assert members == sorted(members, reverse=members[0] == "b")
        order.append(found[0].job_id)
        turns.note_served(found[:1])
    assert order == ["a1", "b1", "a2", "b1", "a1", "b1"]


def test_a_new_job_is_next_and_an_ended_one_is_forgotten() -> None:
    turns = Turns()
    turns.note_served([job("1"), job("2")])
    assert [one.job_id for one in turns.order([job("1"), job("2"), job("3")])] == ["3", "1", "2"]
    turns.order([job("3")])
    assert [one.job_id for one in turns.order([job("1"), job("2")])] == ["1", "2"]
    assert len(turns._jobs) == 0
