"""A platform behind visitors' QR codes, on HTTP: show codes of invented people; slow, refusing, forgetful or down."""

import argparse
import random
from collections.abc import Callable
from datetime import UTC, datetime

from commands.sim.console import Console, Misunderstood, Verb, port
from devices.credentials.stub_platform import StubPlatform
from devices.identity.synthetic import synthetic_resident

TABLE = "[kiosks.credentials]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say where it listens."""
    parser.add_argument("--http", type=port, default=0, metavar="PORT", help="on 127.0.0.1 (default: a free one)")
    parser.add_argument("--key", help="the bearer token that it wants of halls (default: none)")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:  # noqa: ARG001 (it says nothing by itself)
    """Listen."""
    platform = StubPlatform(options.http, key=options.key)
    return Console(f'kind = "http"\nurl = "{platform.url}"', _verbs(platform), platform.close, _scenes(platform))


def _verbs(platform: StubPlatform) -> dict[str, Verb]:
    def show(words: list[str]) -> str:
        """[PERSON] [SECONDS]: the text of a person's QR code, which lives for a minute or so many seconds"""
        if len(words) > 2 or not all(word.isdecimal() for word in words):
            raise Misunderstood("show [PERSON] [SECONDS]: a person is any number")
        person, life_s = [int(word) for word in words] + [1, 60][len(words) :]
        platform.life_s = float(life_s)
        return platform.issue(synthetic_resident(random.Random(person), datetime.now(UTC).date()))

    def asked(_words: list[str]) -> str:
        """say how often it was asked"""
        return f"{platform.asked} times"

    return {"show": show, "asked": asked}


def _scenes(platform: StubPlatform) -> dict[str, Callable[[], None]]:
    def slow() -> None:
        """it thinks for 20 s, until `scene well`"""
        platform.delay_s = 20.0

    def drip() -> None:
        """its answers arrive byte by byte, until `scene well`"""
        platform.drips = True

    def refuse() -> None:
        """it knows nobody's code, until `scene well`"""
        platform.refuses = True

    def expired() -> None:
        """every code that was shown so far has expired"""
        platform.expire()

    def forget() -> None:
        """it opens a code as often as it is asked, until `scene well`"""
        platform.forgets = True

    def down() -> None:
        """it answers HTTP 503, until `scene well`"""
        platform.is_down = True

    def nonsense() -> None:
        """it answers with something else, until `scene well`"""
        platform.nonsense = b"<html>"

    def well() -> None:
        """nothing is wrong any more"""
        platform.delay_s, platform.nonsense = 0.0, None
        platform.drips = platform.refuses = platform.forgets = platform.is_down = False

    return {
        "slow": slow,
        "drip": drip,
        "refuse": refuse,
        "expired": expired,
        "forget": forget,
        "down": down,
        "nonsense": nonsense,
        "well": well,
    }
