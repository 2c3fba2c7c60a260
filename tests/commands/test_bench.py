"""The benches at a tiny scale: that they work, that wrong answers and missed goals are told. No time is asserted."""

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from commands.bench import call, engine, http, main, rows
from commands.bench.load import Load, Result, Step
from commands.bench.rows import Row, Wrong, at_least, at_most
from commands.bench.scale import QUICK, Scale
from commands.bench.servers import Loading, servers
from hall import messages as m
from queue_server.domain.decisions import issuing
from queue_server.domain.record import Record
from tests.queue_server.halls import MORNING

NAMES = ("engine", "call", "http", "broker", "memory", "start", "devices", "soak")


def a_drawn_number(seq: int, number: str = "") -> Record:
    event = m.TicketIssued(
        ticket_id=f"t{seq}",
        display_number=number or f"A{seq:03d}",
        business_day=MORNING.date(),
        prefix="A",
        number=seq,
        item_key="I001",
        kiosk_id="K01",
        ahead_count=0,
    )
    return Record(seq=seq, at=MORNING, command_id=f"c{seq}", event=event)


def a_call(seq: int, ticket_id: str) -> Record:
    event = m.TicketCalled(
        call_id=f"c{seq}",
        ticket_id=ticket_id,
        display_number="A001",
        counter_no="3",
        staff_no="T3",
        call_count=1,
        waited_s=0.0,
    )
    return Record(seq=seq, at=MORNING, command_id=f"c{seq}", event=event)


def a_result(*bodies: object) -> Result:
    texts = [msgspec.json.encode(body).decode() for body in bodies]
    return Result(
        bodies=texts, latencies_ms=[1.0] * len(texts), asked=len(texts), bad_count=0, bad=[], spent_s=1.0, cpu_s=0.1
    )


# ---- each bench -----------------------------------------------------------------------------------------------------


def test_every_bench_has_a_test():
    assert set(main.BENCHES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_bench_works_and_sets_each_figure_beside_its_limit(name: str, capsys: pytest.CaptureFixture[str]):
    code = main.main([name, "--quick", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert found
    for row in found:
        assert set(row) == {"name", "value", "unit", "limit", "ratio", "goal", "met"}
        assert row["value"] >= 0  # 0 where none is best: false pages
        assert row["ratio"] == pytest.approx(row["value"] / row["limit"], rel=0.02)
    assert code == (0 if all(row["met"] for row in found) else 1)


# ---- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (at_least("speed", 70.0, "x/s", 100.0, goal=0.7), True),
        (at_least("speed", 69.0, "x/s", 100.0, goal=0.7), False),
        (at_most("latency", 50.0, "ms", 50.0), True),
        (at_most("latency", 51.0, "ms", 50.0), False),
        (at_most("growth", 15.0, "us", 10.0, goal=1.5), True),
        (at_most("growth", 16.0, "us", 10.0, goal=1.5), False),
    ],
)
def test_a_goal_has_a_direction(row: Row, met: bool):
    assert row.met is met
    assert row.is_at_most is row.name.endswith(", at most")


def test_the_table_says_which_way_each_goal_goes_and_what_was_missed(capsys: pytest.CaptureFixture[str]):
    rows.print_table([at_least("speed", 1.0, "x/s", 2.0), at_most("latency", 1.0, "ms", 2.0)])

    _head, speed, latency = capsys.readouterr().out.splitlines()
    assert ">= 1" in speed
    assert "MISSED" in speed
    assert "<= 1" in latency
    assert "MISSED" not in latency


def test_a_missed_goal_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setitem(main.BENCHES, "engine", lambda _scale: [at_least("a figure", 1.0, "x/s", 100.0, goal=0.5)])

    assert main.main(["engine"]) == 1
    assert "MISSED" in capsys.readouterr().out


# ---- wrong answers --------------------------------------------------------------------------------------------------


def test_a_hall_that_gives_a_number_twice_fails_the_bench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    right = issuing.next_number
    monkeypatch.setattr(issuing, "next_number", lambda hall, prefix: min(right(hall, prefix), 5))

    assert main.main(["engine", "--quick"]) == 1
    assert "a number was given twice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answers", "kept", "why"),
    [
        ([a_drawn_number(1), a_drawn_number(2, "A001")], [], "given twice"),
        ([a_drawn_number(1), a_drawn_number(2)], [a_drawn_number(1)], "1 answers were not kept"),
        ([a_drawn_number(1)], [a_drawn_number(1, "A009")], "1 answers were not kept"),
        ([a_call(1, "t1")], [a_call(1, "t1")], "no ticket"),
    ],
)
def test_a_wrong_issue_is_found(answers: Sequence[Record], kept: Sequence[Record], why: str):
    with pytest.raises(Wrong, match=why):
        engine.check_issued(answers, kept)


@pytest.mark.parametrize(
    ("answers", "kept", "why"),
    [
        ([a_call(1, "t1"), a_call(2, "t1")], [a_call(1, "t1")], "called to two counters"),
        ([a_call(1, "t1")], [a_call(1, "t1"), a_call(2, "t1")], "called to two counters"),
        ([a_call(1, "t1"), a_call(2, "t2")], [a_call(1, "t1")], "answered and not kept"),
        ([a_drawn_number(1)], [], "no call"),
    ],
)
def test_a_double_call_is_found(answers: Sequence[Record], kept: Sequence[Record], why: str):
    with pytest.raises(Wrong, match=why):
        call.check_called(answers, kept)


def test_right_answers_pass():
    drawn = [a_drawn_number(1), a_drawn_number(2)]
    engine.check_issued(drawn, drawn)
    called = [a_call(3, "t1"), a_call(4, "t2")]
    call.check_called(called, [*drawn, *called])


def test_doubles_over_http_are_found_across_loads():
    ticket = {
        "ticket_id": "t1",
        "display_number": "A001",
        "prefix": "A",
        "item_key": "I001",
        "ahead_count": 0,
        "wait_p50_s": None,
        "wait_p90_s": None,
        "issued_at": MORNING,
        "status_url": "http://hall/t/t1",
    }
    http.check_drawn([a_result(ticket), a_result(ticket | {"display_number": "A002"})])
    http.check_called([a_result({"event": {"ticket_id": "t1"}}, {"event": {"ticket_id": "t2"}})])

    with pytest.raises(Wrong, match="given twice"):
        http.check_drawn([a_result(ticket), a_result(ticket)])
    with pytest.raises(Wrong, match="called twice"):
        http.check_called([a_result({"event": {"ticket_id": "t1"}}), a_result({"event": {"ticket_id": "t1"}})])


# ---- the clients ----------------------------------------------------------------------------------------------------


def test_the_clients_keep_to_a_rate_to_a_number_and_to_what_counts_and_see_a_bad_answer(tmp_path: Path):
    with servers(tmp_path) as ground:
        bare = ground.bare()

        paced = bare.load(rounds=[[Step("/number")]] * 4, seconds=1.0, per_s=40.0)
        few = bare.load(rounds=[[Step("/number"), Step("/nothing", is_counted=False)]] * 3, seconds=30.0, most=7)
        tolerated = bare.load(rounds=[[Step("/absent", or_else=404)]], seconds=30.0, most=2)

        assert 35 <= len(paced.bodies) <= 40
        assert len(paced.latencies_ms) == len(paced.bodies)
        numbers = [json.loads(body)["number"] for body in paced.bodies + few.bodies]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert few.asked == 7
        assert (tolerated.asked, tolerated.bodies) == (2, [])
        with pytest.raises(Wrong, match=r"1 of 1 requests were refused, e\.g\. 404 /absent"):
            bare.load(rounds=[[Step("/absent")]], seconds=30.0, most=1)


def test_clients_that_find_nobody_say_so():
    with pytest.raises(Wrong, match="gave up"):
        Loading(Load(port=9, rounds=[[Step("/")]], seconds=1.0)).result()


def test_the_tail_of_the_latencies_is_what_so_many_did_not_exceed():
    result = msgspec.structs.replace(a_result(), latencies_ms=[float(n) for n in range(100, 0, -1)])

    assert (result.percentile_ms(0.5), result.percentile_ms(0.99)) == (51.0, 100.0)


def test_the_quick_scale_is_small_in_everything():
    full = Scale()

    assert all(getattr(QUICK, name) < getattr(full, name) for name in Scale.__struct_fields__)
