"""A SAM_V reader of resident identity cards on a serial line: lay cards by kind and person, lift, unplug, go wrong."""

import argparse
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from commands.sim.console import Console, Misunderstood, Verb
from devices.identity.samv_frames import PREAMBLES, Command
from devices.identity.samv_people import samv_card
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.synthetic import synthetic_resident
from hall.identity import DocumentKind, masked_number

KINDS = ("resident", "hmt_permit", "foreigner_2017", "foreigner_2023")
NEWEST_ADDRESS = "测试市新样例区虚构路9号"

TABLE = "[[kiosks.readers]]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the reader can be started."""
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")
    parser.add_argument("--header", choices=sorted(PREAMBLES), default="aa", help="how frames begin (default: aa)")
    parser.add_argument("--read-seconds", type=float, default=1.2, help="how long reading a card takes (default: 1.2)")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:  # noqa: ARG001 (it says nothing by itself)
    """Power the reader on."""
    sim = SamvSim(link=options.link, preamble=PREAMBLES[options.header])
    sim.read_delay_s = options.read_seconds
    header = "" if options.header == "aa" else f'\nheader = "{options.header}"'
    return Console(f'kind = "sam_v"\nport = "{sim.port}"{header}', _verbs(sim), sim.close, _scenes(sim))


def _verbs(sim: SamvSim) -> dict[str, Verb]:
    def lay(words: list[str]) -> str:
        """KIND [PERSON] [moved]: lay a card; PERSON is any number, moved gives it a newer address"""
        moved = words[-1:] == ["moved"]
        match words[: len(words) - moved]:
            case [kind, *rest] if kind in KINDS and len(rest) <= 1 and all(seed.isdecimal() for seed in rest):
                card = _card(DocumentKind(kind), int(rest[0]) if rest else 1, moved=moved)
                sim.lay(card)
                return f"there lies {masked_number(card.fields['number'])}"
        raise Misunderstood(f"lay KIND [PERSON] [moved]: kinds are {', '.join(KINDS)}, a person is any number")

    def lift(_words: list[str]) -> str:
        """take the card away"""
        sim.lift()
        return "done"

    def unplug(_words: list[str]) -> str:
        """pull the cable"""
        sim.unplug()
        return "done"

    def plug(_words: list[str]) -> str:
        """put the cable back; without --link the port may have another name"""
        sim.plug()
        return f'port = "{sim.port}"'

    def asked(_words: list[str]) -> str:
        """say how often each command was asked"""
        names = {command.value: command.name for command in Command}
        seen = [names.get(request.command, request.command.hex()) for request in sim.requests]
        return "\n".join(f"{name}: {seen.count(name)}" for name in sorted(set(seen))) or "nothing yet"

    return {"lay": lay, "lift": lift, "unplug": unplug, "plug": plug, "asked": asked}


def _card(kind: DocumentKind, person: int, *, moved: bool = False) -> SamvCard:
    made_up = synthetic_resident(random.Random(person), datetime.now(UTC).date())
    return samv_card(kind, made_up, newest_address=NEWEST_ADDRESS if moved else None)


def _scenes(sim: SamvSim) -> dict[str, Callable[[], None]]:
    read_s = sim.read_delay_s

    def well() -> None:
        """nothing is wrong any more"""
        sim.self_test_failed = sim.silent = sim.nonsense = sim.lift_while_reading = False
        sim.corrupt_checksum_times = 0
        sim.forced.clear()
        sim.read_delay_s = read_s

    return _scenes_of_a_card(sim) | _scenes_of_the_reader(sim) | {"well": well}


def _scenes_of_a_card(sim: SamvSim) -> dict[str, Callable[[], None]]:
    def lay_one() -> None:
        sim.lay(_card(DocumentKind.RESIDENT, 1))

    def lifted() -> None:
        """a card is gone before its data is out"""
        sim.lift_while_reading = True
        lay_one()

    def checksum() -> None:
        """a card's data arrives damaged, twice"""
        sim.corrupt_checksum_times = 2
        lay_one()

    def refused() -> None:
        """card and module do not accept each other, until `scene well`"""
        sim.forced[Command.READ_BASE] = 0x31
        lay_one()

    def unplugged() -> None:
        """the cable comes out in the middle of a card's data"""
        sim.trouble_at = Command.READ_BASE
        sim.unplug(after_bytes=400)
        lay_one()

    return {
        "card-lifted-while-reading": lifted,
        "wrong-checksum": checksum,
        "card-refused": refused,
        "unplugged-mid-answer": unplugged,
    }


def _scenes_of_the_reader(sim: SamvSim) -> dict[str, Callable[[], None]]:
    def self_test() -> None:
        """the module fails its own test, until `scene well`"""
        sim.self_test_failed = True

    def silent() -> None:
        """it hears and says nothing, until `scene well`"""
        sim.silent = True

    def nonsense() -> None:
        """it answers with noise, until `scene well`"""
        sim.nonsense = True

    def slow() -> None:
        """reading a card takes 10 s, until `scene well`"""
        sim.read_delay_s = 10.0

    return {"self-test-failed": self_test, "silent": silent, "nonsense": nonsense, "slow": slow}
