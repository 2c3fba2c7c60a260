"""An evaluator tablet on the network: see what it asks, touch a level, lose the network."""

import argparse
from collections.abc import Callable

from commands.sim.console import Console, Misunderstood, Verb
from devices.evaluators.tablet_sim import Said, TabletSim
from hall.rating import RatingLevel

DEFAULT_URL = "ws://127.0.0.1:8080/api/v1/tablet"

TABLE = "[[tablets]], its counter and the token's hash; it connects to"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the tablet can be started."""
    parser.add_argument("--url", default=DEFAULT_URL, help=f"the server's address for tablets (default {DEFAULT_URL})")
    parser.add_argument("--token", required=True, help="made by ./hallq server --new-tablet-token")
    parser.add_argument("--counter", required=True, help="the number of its window")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Switch the tablet on."""
    tablet = TabletSim(options.url, options.token, options.counter, on_said=lambda said: say(_in_words(said)))
    return Console(f'url = "{options.url}"', _verbs(tablet), tablet.close, _scenes(tablet))


def _verbs(tablet: TabletSim) -> dict[str, Verb]:
    def windows(_words: list[str]) -> str:
        """ask at which windows it may stand"""
        tablet.say({"type": "GetWindowList"})
        return "done"

    def touch(words: list[str]) -> str:
        """LEVEL: touch a level of the rating that is shown"""
        levels = [level.value for level in RatingLevel]
        if len(words) != 1 or words[0] not in levels:
            raise Misunderstood(f"touch LEVEL: levels are {', '.join(levels)}")
        tablet.submit(words[0])
        return "done"

    def show(_words: list[str]) -> str:
        """say what the screen shows"""
        if tablet.refused_with is not None and not tablet.is_connected:
            return f"not let in: HTTP {tablet.refused_with}"
        if not tablet.is_connected:
            return "no connection"
        return _in_words(tablet.quest) if tablet.quest else "the resting page"

    def leave(_words: list[str]) -> str:
        """lose the network"""
        tablet.go_away()
        return "done"

    def back(_words: list[str]) -> str:
        """have the network again"""
        tablet.come_back()
        return "done"

    return {verb.__name__: verb for verb in (windows, touch, show, leave, back)}


def _scenes(tablet: TabletSim) -> dict[str, Callable[[], None]]:
    def touched_three_times() -> None:
        """an impatient visitor touches a level three times: it counts once"""
        for _touch in range(3):
            tablet.submit(RatingLevel.SATISFIED)

    def network_lost_in_a_rating() -> None:
        """the network is lost and found: the open rating is shown again"""
        tablet.go_away()
        tablet.come_back()

    scenes = (touched_three_times, network_lost_in_a_rating)
    return {scene.__name__.replace("_", "-"): scene for scene in scenes}


def _in_words(said: Said) -> str:
    match said["type"]:
        case "RateQuest":
            labels = ", ".join(f"{entry['label']} ({entry['level']})" for entry in said["levels"])
            return f"please rate: {said['business']}, clerk {said['staff_no']}: {labels}"
        case "RateClosed":
            return "the rating is over: " + ("given" if said["is_given"] else "not given")
        case "RateTaken":
            return f"thank you: {said['level']}"
        case "Refused":
            return f"refused: {said['code']}: {said['detail']}"
        case "WindowList":
            return "windows: " + ", ".join(window["counter_no"] for window in said["windows"])
        case "LoggedIn":
            return f"logged in at window {said['counter_no']} of {said['hall']}"
        case other:
            return str(other)
