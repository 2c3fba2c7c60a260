"""One board as a `Device`: each turn takes its keys, hears what its counters want, and sends one command."""

import logging
import uuid
from collections.abc import Callable, Iterable

from devices.boards.link import BoardLink, BoardRestarted, CommandRefused
from devices.boards.link_messages import Key
from devices.errors import DeviceFault
from firmware_bridge.evaluator import Ignored
from firmware_bridge.slots import Job, Slots
from hall.messages import CounterState, Told

logger = logging.getLogger(__name__)


class TooFewSlots(DeviceFault):
    """More counters are configured on the board than it carries."""

    code = "too_few_slots"


class Board:
    """A `Device` whose bars and evaluators follow the counters' states."""

    def __init__(
        self,
        link: BoardLink,
        slots: Slots,
        take_states: Callable[[], Iterable[CounterState]],
        tell: Callable[[Told], None],
        new_id: Callable[[], object] = uuid.uuid4,
    ) -> None:
        """Greet the board, which then starts dark; the worker's thread owns it from here.

        Args:
            link: closed with the board, and when greeting fails.
            slots: outlives the board's connection.
            take_states: gives the states that came since it was last called.
            tell: hears of texts shown and levels pressed.
            new_id: makes the presses' ids.

        Raises:
            WrongFirmware, TooFewSlots, DeviceUnavailable: it cannot be used.
        """
        self.name = link.name
        self._link = link
        self._slots = slots
        self._take_states = take_states
        self._tell = tell
        self._new_id = new_id
        try:
            hello = link.greet()
            if hello.slots < len(slots):
                raise TooFewSlots(self.name, f"{len(slots)} counters on a board with {hello.slots} slots")
        except BaseException:
            link.close()
            raise
        slots.forget()
        logger.info("%s: firmware %d.%d.%d, start %d", self.name, *hello.firmware, hello.boot_count)

    def turn(self) -> None:
        """Take keys and send at most one command; a board without news keeps this for one read's time-out.

        Raises:
            DeviceUnavailable: silent, or the port failed.
        """
        for state in self._take_states():
            self._slots.want(state)
        job = self._slots.next_job()
        try:
            if job is not None:
                self._carry_out(job)
            for key in self._link.poll() if job is None else self._link.keys():
                self._judge(key)
        except BoardRestarted as exc:
            self._start_anew(exc)

    def check(self) -> str | None:
        """Ask whether the board is there, and repeat presses that nobody has stored yet.

        Returns:
            None, or "command_refused" while a slot does not do what it was told.
        """
        for press in self._slots.presses_to_repeat():
            self._tell(press)
        try:
            self._link.ping()
        except BoardRestarted as exc:
            self._start_anew(exc)
        return CommandRefused.code if self._slots.has_refusals else None

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    def _carry_out(self, job: Job) -> None:
        try:
            self._link.send(job.command)
        except CommandRefused as exc:
            logger.error("%s (counter %s)", exc, job.state.counter_no)
            self._slots.refused(job)
            return
        shown = self._slots.done(job)
        if shown is not None:
            self._tell(shown)

    def _judge(self, key: Key) -> None:
        verdict = self._slots.press(key, str(self._new_id()))
        if isinstance(verdict, Ignored):
            level = logging.WARNING if verdict is Ignored.UNKNOWN_KEY else logging.INFO
            logger.log(level, "%s: key %d of slot %d ignored: %s", self.name, key.key, key.slot, verdict.value)
            return
        self._tell(verdict)

    def _start_anew(self, exc: BoardRestarted) -> None:
        logger.warning("%s; sending everything again", exc)
        self._slots.forget()
