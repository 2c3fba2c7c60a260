"""Places in a slot against every set of visits, and against a laying out of the counters' time second by second."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain, combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from queue_server.domain.slot_room import Visit, room
from queue_server.domain.slots import PARTS

HALF, WHOLE = PARTS // 2, PARTS
NUMBERS = ("1", "2", "3")


def visit(counters: str, takes_s: int, *, queue: str = "A", begin_s: int = 0, end_s: int = 4, **more: int) -> Visit:
    """A visit that any of some counters can serve, e.g. "12"."""
    return Visit(
        begin_s=begin_s,
        end_s=end_s,
        queue=queue,
        counters=frozenset(counters),
        most_counters=more.get("most", len(NUMBERS)),
        parts=more.get("parts", WHOLE),
        takes=takes_s * PARTS,
    )


def left(asked: Visit, *booked: Visit) -> int:
    return room([asked], Counter(booked))[0]


# ---- examples -------------------------------------------------------------------------------------------------------


def test_a_counter_with_two_queues_is_promised_once():
    a, b = visit("1", 1, queue="A"), visit("1", 2, queue="B")

    assert (left(a), left(b)) == (4, 2)
    assert (left(a, b), left(b, b)) == (2, 1)
    assert left(b, a) == 1
    assert left(a, b, b) == left(b, b, b) == 0


def test_a_visit_takes_no_place_from_a_matter_that_other_counters_serve():
    assert left(visit("2", 4), visit("1", 4)) == 1


def test_who_can_be_served_elsewhere_makes_way():
    narrow, wide = visit("2", 4), visit("12", 4)

    assert left(narrow, wide) == 1
    assert left(narrow, wide, wide) == 0


def test_a_longer_visit_than_the_slot_takes_all_of_its_counters_time_and_no_more():
    long = visit("1", 9, parts=HALF)

    assert left(long) == 1
    assert left(long, long) == 0
    assert left(visit("12", 2, parts=HALF), long) == 1


def test_early_hours_leave_a_counter_the_rest_beside_the_share_of_others():
    """A counter may be in shared hours for one queue and in hours for booked visitors alone for another."""
    shared, alone = visit("1", 1, queue="A", parts=HALF), visit("1", 1, queue="B")

    assert (left(shared), left(alone)) == (2, 4)
    assert left(alone, shared, shared) == 2
    assert left(shared, alone) == 2
    assert left(shared, alone, alone, alone) == 1


def test_a_queue_has_no_more_counters_than_are_planned_whichever_they_are():
    one_of_three = visit("123", 2, most=1)

    assert left(one_of_three) == 2
    assert left(visit("1", 2, most=1), one_of_three) == 1
    assert left(visit("123", 4, queue="B"), one_of_three, one_of_three) == 2


def test_slots_that_overlap_share_the_time_that_they_have_in_common():
    first, second = visit("1", 4, begin_s=0, end_s=4), visit("1", 2, queue="B", begin_s=2, end_s=6)

    assert left(second, first) == 1
    assert left(first, second) == 1
    assert left(first, second, second) == 0


def test_where_more_is_booked_than_can_be_served_others_keep_their_places():
    too_many = [visit("1", 4)] * 3

    assert left(visit("1", 4), *too_many) == 0
    assert left(visit("12", 4), *too_many) == 1
    assert left(visit("2", 1), *too_many) == 4


def test_nobody_can_serve_it():
    assert left(visit("", 1)) == 0


# ---- every set of visits --------------------------------------------------------------------------------------------


SETS = st.sets(st.sampled_from(NUMBERS), min_size=1).map("".join)
IN_ONE_SLOT = st.builds(
    lambda counters, takes_s, queue, parts: visit(counters, takes_s, queue=queue, parts=parts),
    SETS,
    st.integers(1, 6),
    st.sampled_from("AB"),
    st.sampled_from((HALF, WHOLE)),
)


def fits(visits: dict[Visit, int]) -> bool:
    """Hall's condition, in full: no set of visits needs more than the counters have that can serve any of them."""
    sets = chain.from_iterable(combinations(visits, size) for size in range(1, len(visits) + 1))
    return all(sum(visits[v] * v.counted for v in some) <= time_for(some) for some in sets)


def time_for(some: Iterable[Visit]) -> int:
    """What counters have at most for some visits of one slot: the share, unless one of them may have all."""
    return sum(4 * max((v.parts for v in some if number in v.counters), default=0) for number in NUMBERS)


@settings(derandomize=True, deadline=None)
@given(IN_ONE_SLOT, st.lists(IN_ONE_SLOT, max_size=6))
def test_a_place_is_left_exactly_when_everybody_can_still_be_served(asked: Visit, visits: list[Visit]):
    booked = Counter(visits)
    assume(fits(booked))

    places = room([asked], booked)[0]

    assert fits(booked + Counter({asked: places}))
    assert not fits(booked + Counter({asked: places + 1}))


@settings(derandomize=True, deadline=None)
@given(st.lists(IN_ONE_SLOT, min_size=1, max_size=4), st.lists(IN_ONE_SLOT, max_size=4))
def test_slots_that_are_asked_for_together_are_answered_as_each_by_itself(asked: list[Visit], booked: list[Visit]):
    assert room(asked, Counter(booked)) == [left(each, *booked) for each in asked]


# ---- second by second -----------------------------------------------------------------------------------------------


AT_ANY_TIME = st.builds(
    lambda counters, takes_s, begin_s, length_s: visit(
        counters, min(takes_s, length_s), queue=f"{begin_s}", begin_s=begin_s, end_s=begin_s + length_s
    ),
    SETS,
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(1, 3),
)


def can_be_laid_out(visits: Iterable[Visit]) -> bool:
    """Whether each second of each visit finds a second of a counter for itself, by trying (Kuhn's matching)."""
    user_of: dict[tuple[str, int], tuple[int, int]] = {}
    seconds = {(i, s): v for i, v in enumerate(visits) for s in range(v.takes // PARTS)}

    def place(mine: tuple[int, int], tried: set[tuple[str, int]]) -> bool:
        for at in range(seconds[mine].begin_s, seconds[mine].end_s):
            for number in seconds[mine].counters:
                if (number, at) not in tried:
                    tried.add((number, at))
                    if (number, at) not in user_of or place(user_of[number, at], tried):
                        user_of[number, at] = mine
                        return True
        return False

    return all(place(mine, set()) for mine in seconds)


@settings(derandomize=True, deadline=None)
@given(AT_ANY_TIME, st.lists(AT_ANY_TIME, max_size=5))
def test_slots_that_overlap_in_any_way_hold_whom_the_counters_have_time_for(asked: Visit, booked: list[Visit]):
    assume(can_be_laid_out(booked))

    places = left(asked, *booked)

    assert can_be_laid_out([*booked, *[asked] * places])
    assert not can_be_laid_out([*booked, *[asked] * (places + 1)])
