from firmware_bridge.pads import SHOW_AGAIN_S, Numbers, PadPlace, Pads
from hall.counter import CounterStatus
from hall.messages import CounterState, QueueState


def state(counter_no="3", revision=1, status=CounterStatus.CALLING, number="A012", incarnation=""):
    return CounterState(
        counter_no=counter_no,
        revision=revision,
        status=status,
        text="",
        display_number=number,
        incarnation=incarnation,
    )


def waiting(count, prefix="A", revision=1, incarnation=""):
    return QueueState(prefix=prefix, revision=revision, waiting=count, incarnation=incarnation)


def some_pads():
    return Pads([PadPlace(1, "3", ("A", "B")), PadPlace(2, "4", ("A",))])


def shown(pads, now=0.0):
    """What is told until all show what they should."""
    found = {}
    while (show := pads.next_show(now)) is not None:
        assert show[0] not in found
        found[show[0]] = show[1]
    return found


def test_a_pad_shows_who_waits_for_its_counter_and_the_ticket_that_is_here():
    pads = some_pads()
    for told in (waiting(3), waiting(4, "B"), state(), state("4", status=CounterStatus.IDLE, number=None)):
        pads.count(told) if isinstance(told, QueueState) else pads.follow(told)

    assert shown(pads) == {1: Numbers(7, 12), 2: Numbers(3, None)}
    assert shown(pads) == {}


def test_before_anything_is_known_and_at_a_closed_counter_it_is_dark():
    pads = some_pads()
    assert shown(pads) == {1: Numbers(), 2: Numbers()}
    pads.count(waiting(5))
    pads.follow(state(status=CounterStatus.CLOSED, number=None))

    assert shown(pads) == {}


def test_only_what_has_changed_is_told_and_all_again_now_and_then():
    pads = some_pads()
    shown(pads)
    pads.follow(state())
    assert shown(pads) == {1: Numbers(None, 12)}

    assert shown(pads, SHOW_AGAIN_S - 1) == {}
    assert set(shown(pads, SHOW_AGAIN_S + 1)) == {1, 2}


def test_a_new_line_is_told_everything():
    pads = some_pads()
    shown(pads)
    pads.forget()

    assert set(shown(pads)) == {1, 2}


def test_older_news_is_ignored_and_that_of_another_journal_is_not():
    pads = some_pads()
    pads.follow(state(revision=5))
    pads.count(waiting(5, revision=5))
    pads.follow(state(revision=4, number="A099"))
    pads.count(waiting(99, revision=4))
    assert shown(pads)[1] == Numbers(5, 12)

    pads.follow(state(revision=1, number="B007", incarnation="other"))
    pads.count(waiting(1, revision=1, incarnation="other"))

    assert shown(pads)[1] == Numbers(1, 7)


def test_a_pad_that_changes_all_the_time_keeps_no_other_dark():
    pads = some_pads()
    told = []
    for revision in range(1, 6):
        pads.follow(state(revision=revision, number=f"A{revision:03d}"))
        told.append(pads.next_show(0.0)[0])

    assert 2 in told


def test_the_status_of_an_address_without_a_pad_is_not_known():
    pads = some_pads()
    pads.follow(state())

    assert (pads.status_at(1), pads.status_at(2), pads.status_at(9)) == (CounterStatus.CALLING, None, None)
    assert (pads.at(2).counter_no, pads.at(9)) == ("4", None)
