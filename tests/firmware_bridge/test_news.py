from firmware_bridge.news import News
from hall.counter import CounterStatus
from hall.messages import CounterState


def state(counter_no, revision):
    return CounterState(counter_no=counter_no, revision=revision, status=CounterStatus.IDLE, text="")


def test_only_the_newest_state_of_each_counter_waits_whatever_the_order():
    news = News(["3", "4"])
    for each in (state("3", 2), state("3", 9), state("3", 5), state("4", 1)):
        news.put(each)

    assert list(news.take()) == [state("3", 9), state("4", 1)]
    assert list(news.take()) == []


def test_other_boards_counters_do_not_pile_up():
    news = News(["3"])
    news.put(state("7", 1))

    assert list(news.take()) == []
