"""PC/SC readers behind a pcscd of their own: put cards in by kind and person, take them out, stop pcscd. Needs root."""

import argparse
import random
from collections.abc import Callable
from datetime import UTC, datetime

from commands.sim.console import Console, Misunderstood, NeedsMore, Verb
from devices.identity.chip_sims import CombinationCardSim, PassportSim, ResidentCardSim, UidCardSim
from devices.identity.private_pcscd import PcscdError, PrivatePcscd, VirtualReader
from devices.identity.samv_people import samv_card
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import SyntheticPerson, synthetic_resident
from devices.identity.virtual_card import VirtualCard
from hall.identity import DocumentKind

MakeCard = Callable[[int, int], VirtualCard]  # port, person

TABLE = "[[kiosks.readers]]"


def _social(port: int, person: int) -> SocialCardSim:
    return SocialCardSim(port, card_files(_made_up(person)))


def _combination(port: int, person: int) -> VirtualCard:
    return CombinationCardSim(port, samv_card(DocumentKind.RESIDENT, _made_up(person)))


def _made_up(person: int) -> SyntheticPerson:
    return synthetic_resident(random.Random(person), datetime.now(UTC).date())


CARDS: dict[str, MakeCard] = {
    "social": _social,
    "combination": _combination,
    "resident": lambda port, _person: ResidentCardSim(port),
    "passport": lambda port, _person: PassportSim(port),
    "uid": lambda port, person: UidCardSim(port, b"\x04" + person.to_bytes(6, "big")),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how many readers there are."""
    parser.add_argument("--readers", type=int, default=1, choices=range(1, 9), metavar="1-8")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:  # noqa: ARG001 (it says nothing by itself)
    """Start pcscd with its readers."""
    daemon = PrivatePcscd(readers=options.readers)
    try:
        daemon.start()
    except PcscdError as exc:
        raise NeedsMore(str(exc)) from exc
    slots = _Slots(daemon)
    places = [f'kind = "pcsc"\nreader = "{slot.name}"' for slot in daemon.readers]
    environment = [f"start the kiosk with {name}={value}" for name, value in daemon.environment.items()]
    return Console("\n".join([*places, *environment]), _verbs(slots, daemon), slots.close, _scenes(slots, daemon))


class _Slots:
    """The readers, and which card is in each."""

    def __init__(self, daemon: PrivatePcscd) -> None:
        self._daemon = daemon
        self._cards: dict[str, VirtualCard] = {}

    def put(self, slot: VirtualReader, card: VirtualCard) -> None:
        """Put a card in, in place of any other."""
        self.take(slot)
        card.insert()
        self._cards[slot.name] = card

    def take(self, slot: VirtualReader) -> None:
        """Take the card out; harmless when there is none."""
        if card := self._cards.pop(slot.name, None):
            card.remove()

    def close(self) -> None:
        """Take all cards out and end pcscd."""
        for slot in self._daemon.readers:
            self.take(slot)
        self._daemon.stop()


def _verbs(slots: _Slots, daemon: PrivatePcscd) -> dict[str, Verb]:
    readers = daemon.readers
    wrong_put = f"put KIND [PERSON] [READER]: kinds are {', '.join(CARDS)}, readers 1 to {len(readers)}"

    def put(words: list[str]) -> str:
        """KIND [PERSON] [READER]: put a card in; PERSON is any number, readers count from 1"""
        kind, *rest = words or [""]
        if kind not in CARDS or len(rest) > 2 or not all(word.isdecimal() for word in rest):
            raise Misunderstood(wrong_put)
        person, reader = [int(word) for word in rest] + [1, 1][len(rest) :]
        if not 1 <= reader <= len(readers) or person >= 1 << 48:
            raise Misunderstood(wrong_put)
        slot = readers[reader - 1]
        slots.put(slot, CARDS[kind](slot.port, person))
        return f"in {slot.name}"

    def take(words: list[str]) -> str:
        """[READER]: take the card out"""
        match words:
            case []:
                slots.take(readers[0])
            case [reader] if reader.isdecimal() and 1 <= int(reader) <= len(readers):
                slots.take(readers[int(reader) - 1])
            case _:
                raise Misunderstood(f"take [READER]: readers are 1 to {len(readers)}")
        return "done"

    def kill(_words: list[str]) -> str:
        """end pcscd as a crash would"""
        daemon.kill()
        return "done"

    def restart(_words: list[str]) -> str:
        """start pcscd again"""
        daemon.start()
        return "done"

    return {"put": put, "take": take, "kill": kill, "restart": restart}


def _scenes(slots: _Slots, daemon: PrivatePcscd) -> dict[str, Callable[[], None]]:
    def social() -> SocialCardSim:
        return _social(daemon.readers[0].port, 1)

    def put(card: VirtualCard) -> None:
        slots.put(daemon.readers[0], card)

    def lifted() -> None:
        """a social security card is pulled out while it is read"""
        card = social()
        card.lift_after = 5
        put(card)

    def dirty() -> None:
        """a card with dirty contacts"""
        card = social()
        card.atr = b"\xff\xff"
        put(card)

    def protected() -> None:
        """a third-generation card that keeps its number to itself"""
        card = social()
        card.protected = {0x08}
        put(card)

    def slow() -> None:
        """a card that takes 1 s for each command"""
        card = social()
        card.delay_s = 1.0
        put(card)

    def crash() -> None:
        """pcscd ends and is started again with a card in the slot"""
        daemon.kill()
        daemon.start()
        put(social())

    return {
        "card-lifted-while-reading": lifted,
        "dirty-contacts": dirty,
        "protected-number": protected,
        "slow-card": slow,
        "pcscd-crashes": crash,
    }
