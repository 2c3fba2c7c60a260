"""A line of call pads and button evaluators behind an RS-485 adapter: press, jam, garble, unplug."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from commands.sim.console import Console, Misunderstood, Verb
from devices.call_pads.sim_line import PadLineSim
from devices.call_pads.sim_pads import KEYS

KNOBS = ("collisions", "half_frames", "noise")

TABLE = "[[lines]], with a line_id, its pads and its evaluators"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the line can be started."""
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the port at this path")
    parser.add_argument("--pads", type=int, nargs="*", default=[1, 2], metavar="ADDRESS", help="addresses of pads")
    parser.add_argument(
        "--evaluators", type=int, nargs="*", default=[11, 12], metavar="ADDRESS", help="and of evaluators"
    )
    parser.add_argument("--echo", action="store_true", help="the adapter gives the host its own bytes back")


def start(options: argparse.Namespace, _say: Callable[[str], None]) -> Console:
    """Power the line on."""
    line = PadLineSim(pads=options.pads, evaluators=options.evaluators, link=options.link)
    line.echo = options.echo
    return Console(f'port = "{line.port}"', _verbs(line), line.close, _scenes(line))


def _verbs(line: PadLineSim) -> dict[str, Verb]:
    verbs = (*_hands(line), *_faults(line))
    return {verb.__name__: verb for verb in verbs}


def _hands(line: PadLineSim) -> tuple[Verb, ...]:
    """What people at the counters do and see."""

    def press(words: list[str]) -> str:
        """ADDRESS KEY: press a key of a pad"""
        address, key = _pad_key(line, words)
        line.press(address, key)
        return "done"

    def jam(words: list[str]) -> str:
        """ADDRESS KEY: let a key of a pad stick"""
        address, key = _pad_key(line, words)
        line.pads[address].jam(key)
        return "done"

    def free(_words: list[str]) -> str:
        """free every key that sticks"""
        for pad in line.pads.values():
            pad.stuck = None
        return "done"

    def rate(words: list[str]) -> str:
        """ADDRESS VALUE: press the key of an evaluator that sends a value"""
        match words:
            case [address, value] if address.isdecimal() and value.isdecimal():
                if int(address) in line.evaluators and int(value) <= 255:
                    line.rate(int(address), int(value))
                    return "done"
        raise Misunderstood(f"rate ADDRESS VALUE: evaluators are {_listed(line.evaluators)}, values 0 to 255")

    def show(_words: list[str]) -> str:
        """say what every pad shows, and which evaluators ask"""
        pads = [f"pad {a}: waiting {p.waiting}, ticket {p.ticket}, {p.beeps} beeps" for a, p in line.pads.items()]
        asking = [f"evaluator {a}: {'asks' if line.asks(a) else 'dark'}" for a in line.evaluators]
        return "\n".join(pads + asking)

    return press, jam, free, rate, show


def _faults(line: PadLineSim) -> tuple[Verb, ...]:
    """What goes wrong on the line."""

    def silence(words: list[str]) -> str:
        """ADDRESS: take the power from whatever has this address"""
        return _set_silent(line, words, is_silent=True)

    def wake(words: list[str]) -> str:
        """ADDRESS: give it back"""
        return _set_silent(line, words, is_silent=False)

    def spoil(words: list[str]) -> str:
        """collisions|half_frames|noise COUNT: spoil so many of the next frames"""
        match words:
            case [knob, count] if knob in KNOBS and count.isdecimal():
                setattr(line, knob, int(count))
                return "done"
        raise Misunderstood(f"spoil KNOB COUNT: knobs are {', '.join(KNOBS)}")

    def unplug(_words: list[str]) -> str:
        """pull the adapter"""
        line.unplug()
        return "done"

    def plug(_words: list[str]) -> str:
        """put the adapter back"""
        line.plug()
        return "done"

    return silence, wake, spoil, unplug, plug


def _scenes(line: PadLineSim) -> dict[str, Callable[[], None]]:
    first = next(iter(line.pads), None)

    def stuck_call_key() -> None:
        """the first pad's call key sticks: one ticket is called, and no second one"""
        if first is not None:
            line.pads[first].jam("call")

    def two_at_once() -> None:
        """every pad calls in the same moment, and the frames hit each other"""
        line.collisions = len(line.pads)
        for address in line.pads:
            line.press(address, "call")

    def loose_wire() -> None:
        """random bytes, and the next frames come with noise or break off"""
        line.babble(200)
        line.noise = line.half_frames = 3

    def one_pad_dead() -> None:
        """the first pad has no power: the others go on"""
        if first is not None:
            line.pads[first].is_silent = True

    scenes = (stuck_call_key, two_at_once, loose_wire, one_pad_dead)
    return {scene.__name__.replace("_", "-"): scene for scene in scenes}


def _pad_key(line: PadLineSim, words: list[str]) -> tuple[int, str]:
    match words:
        case [address, key] if address.isdecimal() and int(address) in line.pads and key in KEYS:
            return int(address), key
    raise Misunderstood(f"ADDRESS KEY: pads are {_listed(line.pads)}; keys are {', '.join(KEYS)}")


def _set_silent(line: PadLineSim, words: list[str], *, is_silent: bool) -> str:
    match words:
        case [address] if address.isdecimal() and int(address) in {*line.pads, *line.evaluators}:
            for speaker in (*line.pads.values(), *line.evaluators.values()):
                if speaker.address == int(address):
                    speaker.is_silent = is_silent
            return "done"
    raise Misunderstood(f"ADDRESS: there are {_listed({*line.pads, *line.evaluators})}")


def _listed(addresses: Iterable[int]) -> str:
    return ", ".join(map(str, addresses)) or "none"
