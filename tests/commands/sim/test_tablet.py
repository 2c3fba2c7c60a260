"""A simulated tablet by hand, at a small server that says what a hall's would."""

import json
import threading

import pytest
from websockets.sync.server import serve

from commands.sim.main import main
from tests.waiting import until

QUEST = {
    "type": "RateQuest",
    "rate_id": "r1",
    "business": "企业设立登记",
    "staff_no": "T0003",
    "levels": [{"level": "satisfied", "label": "满意"}],
}


@pytest.fixture
def server():
    """Asks for one rating after each login; `heard` keeps what came."""
    heard = []

    def talk(socket):
        assert socket.request.headers["Authorization"] == "Bearer token-1"
        for text in socket:
            said = json.loads(text)
            heard.append(said)
            if said["type"] == "Login":
                socket.send(json.dumps({"type": "LoggedIn", "counter_no": "3", "hall": "样例", "heartbeat_s": 0.05}))
                socket.send(json.dumps(QUEST))
            elif said["type"] == "RateSubmit":
                socket.send(json.dumps({"type": "RateTaken", "rate_id": "r1", "level": said["level"]}))
                socket.send(json.dumps({"type": "RateClosed", "rate_id": "r1", "is_given": True}))

    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}", heard
        server.shutdown()
        thread.join()


def test_a_person_sees_the_question_touches_a_level_and_loses_the_network(server, capsys):
    url, heard = server
    printed = []

    def has_said(text):
        printed.append(capsys.readouterr().out)
        return text in "".join(printed)

    def typed():
        until(lambda: has_said("please rate: 企业设立登记, clerk T0003: 满意 (satisfied)"))
        yield "touch splendid\n"
        yield "show\n"
        yield "touch satisfied\n"
        until(lambda: has_said("the rating is over: given"))
        yield "show\n"
        until(lambda: {"type": "HeartBeat"} in heard)
        yield "leave\n"
        until(lambda: has_said("the resting page"))
        yield "back\n"
        until(lambda: [said["type"] for said in heard].count("Login") == 2)
        yield "scene network-lost-in-a-rating\n"
        until(lambda: [said["type"] for said in heard].count("Login") == 3)
        yield "windows\n"

    assert main(["tablet", "--url", url, "--token", "token-1", "--counter", "3"], typed()) == 0

    has_said("")
    assert "touch LEVEL: levels are very_satisfied" in "".join(printed)
    assert [said["level"] for said in heard if said["type"] == "RateSubmit"] == ["satisfied"]
