"""200,000 damaged streams for the virtual printer's understanding, and 200,000 nonsense answers for the driver."""

import random
from collections.abc import Iterator, Sequence

import pytest
from PIL import Image

from devices.errors import DeviceError
from devices.printers.escpos_decoder import (
    CLEAR,
    Arrived,
    ClearAsked,
    Command,
    EscposDecoder,
    RealTimeScanner,
    StatusAsked,
    TextLine,
)
from devices.printers.escpos_printer import ASK, ASK_IN_TURN, CLEAR_BUFFERS, EscposPrinter
from devices.printers.raster import raster
from devices.printers.sim_text import TextModes
from tests.devices.fuzzing import Target, corpus, fuzz, mutated

GOOD = b"\x1b@\x1c&" + "请A001号".encode("gb18030") + b"\n"
FOUND = TextLine("请A001号".encode("gb18030"))
SYMBOL = b"\x1d("  # drawing symbols takes too long for so many; they have a test of their own
SILENCE = b"\xfe"  # as an answer
SMALL_JOB = raster(Image.new("1", (8, 2), 0))


def understood(pieces: Sequence[bytes]) -> Iterator[object]:
    """What a printer makes of a stream: scanner, reader and modes as in `SimPrinter`."""
    scanner, decoder, modes = RealTimeScanner(), EscposDecoder(), TextModes(576)
    for piece in pieces:
        for found in scanner.feed(piece):
            if isinstance(found, ClearAsked):
                decoder = EscposDecoder()
            elif isinstance(found, StatusAsked):
                yield found
            elif isinstance(found, Arrived):
                for event in decoder.feed(found.data):
                    if isinstance(event, Command) and event.code != SYMBOL:
                        modes.obey(event)
                    yield event


class LyingWire:
    """A printer that answers each question with the next lie, and with the truth once there are no more."""

    TRUTH = dict.fromkeys(ASK.values(), b"\x12") | {ASK_IN_TURN: b"\x00", CLEAR_BUFFERS: b"\x37\x25\x00"}

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._lies, self._inbox = list(reversed(pieces)), b""

    def write(self, data: bytes, /) -> None:
        if data in self.TRUTH:
            self._inbox += self._lies.pop().replace(SILENCE, b"") if self._lies else self.TRUTH[data]

    def read(self, size: int, /) -> bytes:
        data, self._inbox = self._inbox[:size], self._inbox[size:]
        return data

    def reset_input_buffer(self) -> None:
        self._inbox = b""

    def close(self) -> None:
        self._lies, self._inbox = [], b""


def driven(pieces: Sequence[bytes]) -> Iterator[object]:
    """What a driver says of a printer that lies, one byte a question, and at last of the same one when it is honest."""
    answers = [pieces[0][n : n + 1] for n in range(len(pieces[0]))] + list(pieces[1:]) if pieces else []
    wire = LyingWire(answers)
    printer = EscposPrinter(wire, finish_s=0)
    for number in range(3):
        try:
            printer.print(f"job-{number}", SMALL_JOB)
            yield "printed"
        except DeviceError as exc:
            yield type(exc)
    wire.close()
    yield "well", printer.ready()


def test_no_damaged_stream_stops_the_virtual_printer():
    reached = fuzz(Target("escpos", understood, GOOD, FOUND, gap=CLEAR))

    assert reached > 190_000


def test_no_nonsense_answer_makes_the_driver_raise_anything_but_a_device_error():
    assert fuzz(Target("escpos_status", driven, b"\x12", ("well", None))) > 190_000


def test_the_nonsense_reaches_every_answer_that_the_driver_has():
    rng = random.Random(3)
    heard: set[object] = set()
    for _ in range(5_000):
        heard.update(driven([rng.choice(corpus("escpos_status")), *(rng.randbytes(1) for _ in range(8))]))
    for stream in corpus("escpos_status"):
        heard.update(driven([stream]))

    names = {found.__name__ for found in heard if isinstance(found, type)}
    assert {"PaperOut", "CoverOpen", "CutterFault", "DeviceFault", "NoReply", "ProtocolError"} <= names
    assert "printed" in heard


def test_no_damaged_symbol_stops_the_virtual_printer():
    rng, printed = random.Random(5), 0
    kept = [path for path in corpus("escpos") if path.startswith(SYMBOL)]
    for _ in range(2_000):
        modes = TextModes(576)
        for event in EscposDecoder().feed(mutated(rng, kept)):
            if isinstance(event, Command):
                printed += bool(modes.obey(event))

    assert printed > 100


@pytest.mark.parametrize("seed", range(3))
def test_any_bytes_can_be_a_line_of_text(seed):
    rng, modes = random.Random(seed), TextModes(384)

    for _ in range(100):
        modes.obey(Command(b"\x1d!", rng.randbytes(1)))
        modes.obey(Command(rng.choice((b"\x1c&", b"\x1c.", b"\x1bE", b"\x1ba")), rng.randbytes(1)))
        text = bytes(byte for byte in rng.randbytes(rng.randrange(20)) if byte >= 0x20)
        assert len(modes.line(text)) % 48 == 0
