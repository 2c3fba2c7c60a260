"""How long a card lies before the kiosk's state shows whose it is, above what the reader itself takes.

What counts as the reader's own time. On a SAM_V reader: finding, selecting and reading (set on the simulator), and the
rest of the 0.3 s that the module wants between two questions, from the moment that the card is laid. In a PC/SC reader:
all until pcscd tells of the card, as a second client of it hears. Everything else is counted: the gaps between an
answer and the next question, the port, decoding, the worker's thread, and the kiosk's looks at its events, which here
come as often as its window's. Drawing the frame is not counted.
"""

import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from multiprocessing import get_context

from commands.bench.rows import Row, Wrong, at_most, noted
from commands.bench.scale import Scale
from devices.identity.pcsc import PcscReader
from devices.identity.pcsc_events import CardInserted, PcscWatch
from devices.identity.private_pcscd import NeedsRoot, NotInstalled, PrivatePcscd
from devices.identity.samv_frames import Command
from devices.identity.samv_reader import PAUSE_S, SamvReader
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import SyntheticPerson, synthetic_resident
from devices.ports import IdentityReader
from devices.supervisor import DeviceWorker
from devices.wire import SerialWire
from hall.identity import masked_number
from kiosk.adapters.card_watch import ReaderWatch, person_of
from kiosk.flow import events as ev
from kiosk.flow.runner import FlowRunner
from kiosk.flow.screens import Screen
from kiosk.flow.state import QueueFacts, Rules, State

GOAL_MS = 150.0
CARDS_PER_S = 15  # of the scale's seconds: 30 cards at full length
TODAY = date(2026, 3, 2)
FIND_S, SELECT_S, READ_S = 0.05, 0.05, 0.3
LOOKS_PER_S = 30  # as the kiosk's window does
PCSCD_LOOKS_S = 0.4  # at a virtual reader: an empty slot is noticed within this
GIVE_UP_S = 10.0


def bench(scale: Scale) -> list[Row]:
    """Both kinds of reader; without root or a virtual PC/SC reader, the first only."""
    cards = max(2, round(scale.seconds * CARDS_PER_S))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return _samv(cards) + apart.submit(_pcsc_apart, cards).result()


class _Kiosk:
    """A kiosk without a window: a reader's worker, the watch over it, the flow, and looks at it."""

    def __init__(self, open_reader: Callable[[], IdentityReader]) -> None:
        self._shown = threading.Event()
        self._stopping = threading.Event()
        self.shown_s = 0.0
        self._runner = FlowRunner(Rules(), lambda _effect: None, self._on_state, seconds=time.monotonic)
        self._watch = ReaderWatch(self._runner.post, lambda document: person_of(document, TODAY))
        self._worker: DeviceWorker[IdentityReader] = DeviceWorker(
            "bench", "card_reader", open_reader, lambda _health: None, poll=self._watch.look, poll_every_s=0.0
        )
        self._looks = threading.Thread(target=self._run, name="looks")
        self._masked = ""

    def __enter__(self) -> "_Kiosk":
        self._runner.post(ev.QueuesLoaded((QueueFacts(prefix="A", waiting=0, open_counters=1),)))
        self._worker.start()
        self._looks.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._worker.close()
        self._stopping.set()
        self._looks.join()

    def expect(self, person: SyntheticPerson) -> None:
        """From now on, wait for this person's state."""
        self._masked = masked_number(person.number)
        self._shown.clear()

    def wait_shown(self) -> float:
        """When the state showed the person, in monotonic seconds.

        Raises:
            Wrong: it never did.
        """
        if not self._shown.wait(GIVE_UP_S):
            raise Wrong("a card that was laid was never shown")
        return self.shown_s

    def begin_anew(self) -> None:
        """The visitor goes."""
        self._runner.post(ev.StartedOver())

    def _run(self) -> None:
        while not self._stopping.wait(1 / LOOKS_PER_S):
            self._watch.notice()
            self._runner.drain()

    def _on_state(self, state: State) -> None:
        if state.screen is Screen.CHOOSE_QUEUE and state.person and state.person.masked_number == self._masked:
            self.shown_s = time.monotonic()
            self._shown.set()


def _samv(cards: int) -> list[Row]:
    rng, above_ms, paused_ms, whole_ms = random.Random(1), [], [], []
    with SamvSim() as sim, _Kiosk(lambda: _samv_reader(sim)) as kiosk:
        sim.find_delay_s, sim.select_delay_s, sim.read_delay_s = FIND_S, SELECT_S, READ_S
        for person in _people(rng, cards):
            time.sleep(rng.uniform(PAUSE_S, 2 * PAUSE_S))  # at any moment of the reader's pause
            kiosk.expect(person)
            asked_s, laid_s = _looks(sim)[-1], time.monotonic()
            sim.lay(SamvCard.of(person))
            took_s = kiosk.wait_shown() - laid_s
            found_s = next(look_s for look_s in _looks(sim) if look_s > laid_s)
            pause_s = max(0.0, min(asked_s + PAUSE_S, found_s) - laid_s)
            whole_ms.append(took_s * 1000)
            paused_ms.append(pause_s * 1000)
            above_ms.append((took_s - pause_s - FIND_S - SELECT_S - READ_S) * 1000)
            sim.lift()
            kiosk.begin_anew()
    return [
        at_most("card laid, identity shown: above a SAM_V reader's time, p95", _p95(above_ms), "ms", GOAL_MS),
        noted("SAM_V: the same, median", statistics.median(above_ms), "ms"),
        noted("SAM_V: its pause, within the reader's time, mean", statistics.fmean(paused_ms), "ms"),
        noted("SAM_V: from laid to shown, the reader taking 400 ms, p95", _p95(whole_ms), "ms"),
    ]


def _looks(sim: SamvSim) -> list[float]:
    """When the reader was asked for a card; other questions have no pause."""
    heard = list(zip(sim.heard_s, sim.requests, strict=False))  # the newest may stand in the first of them only
    return [heard_s for heard_s, request in heard if request.command == Command.FIND.value]


def _samv_reader(sim: SamvSim) -> IdentityReader:
    return SamvReader(SerialWire(sim.port, timeout_s=0.3), "bench", today=lambda: TODAY)


def _pcsc_apart(cards: int) -> list[Row]:
    """In a process of its own: libpcsclite looks for its pcscd once in a process, and others may want another."""
    try:
        with PrivatePcscd(readers=1) as pcscd:
            os.environ.update(pcscd.environment)
            return _pcsc(cards, pcscd)
    except (NeedsRoot, NotInstalled):
        return []


def _pcsc(cards: int, pcscd: PrivatePcscd) -> list[Row]:
    rng, above_ms, whole_ms, slot = random.Random(2), [], [], pcscd.readers[0]
    with ExitStack() as opened:
        told = opened.enter_context(_Told(slot.name))
        kiosk = opened.enter_context(_Kiosk(lambda: PcscReader(slot.name, "bench", today=lambda: TODAY)))
        for person in _people(rng, cards):
            time.sleep(rng.uniform(1.5 * PCSCD_LOOKS_S, 2.5 * PCSCD_LOOKS_S))
            card = SocialCardSim(slot.port, card_files(person))
            kiosk.expect(person)
            told.forget()
            laid_s = time.monotonic()
            card.insert()
            shown_s = kiosk.wait_shown()
            above_ms.append((shown_s - told.wait()) * 1000)
            whole_ms.append((shown_s - laid_s) * 1000)
            card.remove()
            kiosk.begin_anew()
    return [
        at_most("card put in, identity shown: above pcscd's time, p95", _p95(above_ms), "ms", GOAL_MS),
        noted("PC/SC: the same, median", statistics.median(above_ms), "ms"),
        noted("PC/SC: from put in to shown, pcscd looks every 0.4 s, p95", _p95(whole_ms), "ms"),
    ]


class _Told:
    """Another client of pcscd: when it told of the card."""

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._told, self._stopping = threading.Event(), threading.Event()
        self._told_s = 0.0
        self._thread = threading.Thread(target=self._run, name="told")

    def __enter__(self) -> "_Told":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stopping.set()
        self._thread.join()

    def forget(self) -> None:
        """The next card counts."""
        self._told.clear()

    def wait(self) -> float:
        """When pcscd told of the card, in monotonic seconds."""
        if not self._told.wait(GIVE_UP_S):
            raise Wrong("pcscd told nobody else of a card")
        return self._told_s

    def _run(self) -> None:
        watch = PcscWatch()
        while not self._stopping.is_set():
            for event in watch.wait(0.2):
                if event == CardInserted(self._reader) and not self._told.is_set():
                    self._told_s = time.monotonic()
                    self._told.set()
        watch.close()


def _people(rng: random.Random, count: int) -> list[SyntheticPerson]:
    return [synthetic_resident(rng, TODAY) for _ in range(count)]


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]
