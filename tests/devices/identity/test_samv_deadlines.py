"""What the SAM_V driver does about replies a real reader would not send, and about time: on a scripted wire."""

from datetime import date

import pytest

from devices.errors import CardUnreadable, DeviceUnavailable, ProtocolError
from devices.identity.samv_frames import Command, encode_request, encode_response
from devices.identity.samv_reader import SamvReader

TODAY = date(2026, 3, 2)


class ScriptedWire:
    """A `Wire` that answers each request with the next of its replies; time passes only while it is silent."""

    def __init__(self, *replies: bytes) -> None:
        self.now = 0.0
        self.asked: list[bytes] = []
        self.is_closed = False
        self._replies, self._line = list(replies), b""

    def read(self, size: int, /) -> bytes:
        taken, self._line = self._line[:size], self._line[size:]
        self.now += 0 if taken else 0.1
        return taken

    def write(self, data: bytes, /) -> None:
        self.asked.append(data)
        self._line += self._replies.pop(0) if self._replies else b""

    def reset_input_buffer(self) -> None:
        self._line = b""

    def close(self) -> None:
        self.is_closed = True


def scripted(*replies: bytes) -> tuple[SamvReader, ScriptedWire]:
    wire = ScriptedWire(*replies)
    return SamvReader(wire, today=lambda: TODAY, monotonic=lambda: wire.now), wire


def test_a_request_that_the_reader_heard_wrongly_is_sent_again(sim):
    reader, wire = scripted(encode_response(0x10), encode_response(0x80))

    assert reader.poll() is None

    assert wire.asked == [encode_request(Command.FIND)] * 2


def test_the_wait_for_a_reading_card_is_longer_than_for_anything_else():
    reader, wire = scripted(encode_response(0x9F, bytes(4)), encode_response(0x90, bytes(8)))

    with pytest.raises(DeviceUnavailable, match="no answer to READ_BASE within 3 s"):
        reader.poll()

    assert 3 <= wire.now <= 3.2


def test_an_answer_that_breaks_off_is_asked_for_again_before_the_deadline():
    found = encode_response(0x9F, bytes(4))
    reader, wire = scripted(found[:-1], encode_response(0x80))

    assert reader.poll() is None

    assert len(wire.asked) == 2
    assert wire.now < 1


def test_a_line_that_never_stops_talking_is_given_up():
    class Babbler(ScriptedWire):
        def read(self, size: int, /) -> bytes:
            self.now += 0.1
            return b"\x55"

    wire = Babbler()
    reader = SamvReader(wire, today=lambda: TODAY, monotonic=lambda: wire.now)

    with pytest.raises(ProtocolError, match="bytes and no whole answer"):
        reader.poll()


@pytest.mark.parametrize("data", [b"", b"\x01\x00", b"\x01\x00\x04\x00" + bytes(100), b"\0\0\0\0"])
def test_card_data_whose_lengths_do_not_fit_are_a_protocol_error(data):
    reader, _wire = scripted(
        encode_response(0x9F, bytes(4)), encode_response(0x90, bytes(8)), encode_response(0x90, data)
    )

    with pytest.raises(ProtocolError, match="bytes of card data"):
        reader.poll()


def test_a_card_whose_text_is_malformed_is_unreadable():
    data = b"\x01\x00\x00\x00" + b" \0" * 128
    reader, _wire = scripted(
        encode_response(0x9F, bytes(4)), encode_response(0x90, bytes(8)), encode_response(0x90, data)
    )

    with pytest.raises(CardUnreadable, match="'number' is empty"):
        reader.poll()
