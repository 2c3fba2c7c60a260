"""An evaluator tablet at a running hall: asks, is answered once, comes back after it or the server was away."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from devices.evaluators.tablet_sim import TabletSim
from hall import messages as m
from settings.tokens import digest_of, new_token
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import journal
from tests.end_to_end.people import Clerk
from tests.waiting import until

TOKEN = new_token()
_ids = count(1)


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Trial]:
    tablet = {"tablet_id": "T01", "counter": 1, "token_sha256": digest_of(TOKEN)}
    with running_hall(
        folder, kiosks=lambda _kiosks: [], boards=lambda _boards: [], tablets=lambda _tablets: [tablet]
    ) as trial:
        yield trial


@pytest.fixture
def clerk(hall: Trial) -> Iterator[Clerk]:
    clerk = Clerk(hall.http, "1", "T0001")
    clerk.open()
    yield clerk
    clerk.send_everybody_home()


@pytest.fixture
def tablet(hall: Trial) -> Iterator[TabletSim]:
    with TabletSim(url_of(hall), TOKEN, "1") as tablet:
        until(lambda: hall.health("T01") == ("ok", None), what="the connected tablet")
        yield tablet
    until(lambda: hall.health("T01") == ("offline", "unavailable"), what="the absent tablet")


def url_of(hall: Trial) -> str:
    return hall.hall.base_url.replace("http", "ws", 1) + "/api/v1/tablet"


def open_rating(hall: Trial, clerk: Clerk) -> str:
    body = {"command_id": f"issue-{next(_ids):04d}", "item_key": "I001", "kiosk_id": "52"}
    assert hall.http.post("/api/v1/tickets", json=body).status_code == 201
    clerk.do("call-next")
    clerk.do("start")
    return clerk.do("complete")["rating_id"]


def rated(hall: Trial, rating_id: str) -> list[tuple[str, str]]:
    events = journal(hall.database, m.ServiceRated)
    return [(event.level, event.channel) for event in events if event.rating_id == rating_id]


def test_the_manager_sees_a_tablet_that_was_never_there(hall: Trial):
    assert hall.health("T01") == ("offline", "unavailable")


def test_an_impatient_visitor_rates_once(hall: Trial, clerk: Clerk, tablet: TabletSim):
    rating_id = open_rating(hall, clerk)
    until(lambda: tablet.quest, what="the question")
    assert tablet.quest["levels"][0]["label"] == "非常满意"

    for level in ("satisfied", "satisfied", "very_satisfied"):
        tablet.submit(level, rating_id)

    until(lambda: tablet.quest is None, what="the resting page")
    until(lambda: len([said for said in tablet.heard if said["type"] == "RateTaken"]) == 3, what="the answers")
    assert rated(hall, rating_id) == [("satisfied", "hall_tablet")]


def test_a_rating_open_while_the_network_was_lost_is_asked_for_when_it_is_back(
    hall: Trial, clerk: Clerk, tablet: TabletSim
):
    tablet.go_away()
    until(lambda: not tablet.is_connected, what="the lost network")
    rating_id = open_rating(hall, clerk)
    tablet.come_back()

    until(lambda: tablet.quest and tablet.quest["rate_id"] == rating_id, what="the question")
    tablet.submit("dissatisfied")
    until(lambda: rated(hall, rating_id) == [("dissatisfied", "hall_tablet")], what="the rating")


def test_a_server_that_starts_anew_asks_again(hall: Trial, clerk: Clerk, tablet: TabletSim):
    rating_id = open_rating(hall, clerk)
    until(lambda: tablet.quest, what="the question")

    hall.process("server").kill()
    until(lambda: tablet.quest is None, what="the lost server")
    hall.hall.start_server()

    until(lambda: tablet.quest and tablet.quest["rate_id"] == rating_id, what="the question again")
    tablet.submit("satisfied")
    until(lambda: rated(hall, rating_id) == [("satisfied", "hall_tablet")], what="the rating")


def test_a_stranger_stays_outside_and_no_token_is_in_any_file(hall: Trial):
    with TabletSim(url_of(hall), "not-" + TOKEN, "1") as stranger:
        until(lambda: stranger.refused_with == 403, what="the refusal")
        assert not stranger.is_connected

    assert hall.health("T01") == ("offline", "unavailable")
    for path in hall.folder.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path.name
