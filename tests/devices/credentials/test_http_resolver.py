"""The way to a platform, against a real HTTP server on this machine: who it is, and everything that goes wrong."""

import contextlib
import logging
import random
import socket
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from devices.credentials.http_resolver import HttpCredentialResolver
from devices.credentials.stub_platform import StubPlatform
from devices.credentials.token import CredentialToken
from devices.credentials.used_tokens import UsedTokens
from devices.errors import (
    CredentialExpired,
    CredentialRefused,
    CredentialUsed,
    DeviceError,
    DeviceUnavailable,
    ProtocolError,
)
from devices.identity.synthetic import synthetic_resident
from devices.opening.credentials import open_resolver
from hall.identity import DocumentKind, Verification
from settings.devices.credentials import HttpPlatform
from tests.devices.fuzzing import Target, fuzz

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(3), TODAY)


@pytest.fixture
def platform() -> Iterator[StubPlatform]:
    with StubPlatform(key="hall-key") as platform:
        yield platform


def resolver_of(
    platform: StubPlatform, *, key: str | None = "hall-key", timeout_s: float = 5
) -> HttpCredentialResolver:
    return HttpCredentialResolver(
        platform.url, "K01", used=UsedTokens(), today=lambda: TODAY, key=key, timeout_s=timeout_s
    )


@pytest.fixture
def resolver(platform: StubPlatform) -> HttpCredentialResolver:
    return resolver_of(platform)


def shown_by(platform: StubPlatform) -> CredentialToken:
    return CredentialToken(platform.issue(PERSON))


def test_a_code_gives_the_person_who_shows_it(platform, resolver):
    document = resolver.resolve(shown_by(platform))

    assert (document.kind, document.verification) == (DocumentKind.E_CREDENTIAL, Verification.READ_UNVERIFIED)
    assert (document.number, document.name, document.birth) == (PERSON.number, PERSON.name, PERSON.birth)
    assert document.sex == PERSON.sex


def test_a_code_opens_once_whatever_the_platform_says(platform, resolver):
    platform.forgets = True
    token = shown_by(platform)
    resolver.resolve(token)

    with pytest.raises(CredentialUsed):
        resolver.resolve(token)

    assert platform.asked == 1  # the platform was not even asked


@pytest.mark.parametrize("kind", [CredentialUsed, CredentialExpired, CredentialRefused])
def test_each_refusal_of_the_platform_is_a_kind_of_its_own(platform, resolver, kind):
    token = shown_by(platform)
    if kind is CredentialUsed:
        resolver_of(platform).resolve(token)  # at another kiosk
    elif kind is CredentialExpired:
        platform.expire()
    else:
        platform.refuses = True

    with pytest.raises(CredentialRefused) as caught:
        resolver.resolve(token)

    assert caught.type is kind


def test_a_platform_that_is_down_is_unavailable_and_the_same_code_works_afterwards(platform, resolver):
    token = shown_by(platform)
    platform.is_down = True
    with pytest.raises(DeviceUnavailable, match="HTTP 503"):
        resolver.resolve(token)

    platform.is_down = False

    assert resolver.resolve(token).number == PERSON.number


def test_a_slow_platform_is_given_up(platform):
    platform.delay_s = 30
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable, match=r"no whole answer within 0\.3 s"):
        resolver_of(platform, timeout_s=0.3).resolve(shown_by(platform))

    assert time.monotonic() - began < 2


def test_a_platform_that_answers_drop_by_drop_is_given_up_all_the_same(platform):
    platform.drips = True  # a byte each half second: no single read takes too long
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable, match=r"no whole answer within 0\.8 s"):
        resolver_of(platform, timeout_s=0.8).resolve(shown_by(platform))

    assert time.monotonic() - began < 3


def test_the_wrong_key_and_a_wrong_address_are_the_hall_s_trouble_and_not_the_visitor_s(platform):
    with pytest.raises(DeviceUnavailable, match="HTTP 401"):
        resolver_of(platform, key="").resolve(shown_by(platform))
    platform.url = platform.url.replace("/resolve", "/elsewhere")
    with pytest.raises(DeviceUnavailable, match="HTTP 404"):
        resolver_of(platform).resolve(shown_by(platform))


def test_nobody_listening_is_unavailable(platform):
    token, resolver = shown_by(platform), resolver_of(platform)
    platform.close()

    with pytest.raises(DeviceUnavailable, match="cannot be asked: ConnectionRefusedError"):
        resolver.resolve(token)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"number": "15990019900101000X"}',
        b'{"number": "15990019900101000X", "name": ""}',
        b'{"number": "159900199001010001", "name": "x"}',
        b'{"number": 3, "name": "x"}',
        b'{"number": "15990019900101000X", "name": "' + b"x" * 101 + b'"}',
        b" " * 20_000,
    ],
)
def test_an_answer_that_makes_no_sense_is_a_protocol_error_and_accepts_nothing(platform, resolver, nonsense):
    token = shown_by(platform)
    platform.nonsense = nonsense

    with pytest.raises(ProtocolError):
        resolver.resolve(token)

    platform.nonsense = None
    assert resolver.resolve(token).number == PERSON.number


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"nonsense\r\n\r\n", bytes(5000)]
)
def test_a_server_that_is_no_platform_is_told(said):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        resolver = HttpCredentialResolver(
            f"http://127.0.0.1:{server.getsockname()[1]}/", "K01", used=UsedTokens(), today=lambda: TODAY, timeout_s=2
        )
        with pytest.raises((DeviceUnavailable, ProtocolError)):
            resolver.resolve(CredentialToken("synthetic"))
        thread.join()


@pytest.mark.parametrize("trouble", ["refuses", "is_down", "drips", "is_nonsense", "is_gone"])
def test_a_token_is_in_no_log_error_or_traceback(platform, caplog, trouble):
    caplog.set_level(logging.DEBUG)
    token = shown_by(platform)
    if trouble == "is_gone":
        platform.close()
    elif trouble == "is_nonsense":
        platform.nonsense = f'{{"number": "{PERSON.number}", "name": ""}}'.encode()
    else:
        setattr(platform, trouble, True)

    with pytest.raises(DeviceError) as caught:
        resolver_of(platform, timeout_s=0.4).resolve(token)

    said = caplog.text + "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert token.reveal() not in said
    assert PERSON.number not in said
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_site_file_s_table_opens_it_and_its_key_is_not_shown(platform, tmp_path: Path):
    table = HttpPlatform.model_validate(
        {"kind": "http", "url": platform.url, "key": "hall-key", "used_file": tmp_path / "used"}
    )
    token = shown_by(platform)
    platform.forgets = True

    opened = open_resolver(table, "K01.credentials", "K01", lambda: TODAY)
    assert opened.resolve(token).number == PERSON.number
    again = open_resolver(table, "K01.credentials", "K01", lambda: TODAY)

    with pytest.raises(CredentialUsed, match=r"K01\.credentials"):
        again.resolve(token)
    assert "hall-key" not in repr(table)
    assert (opened.check(), opened.close()) == (None, None)


@pytest.mark.parametrize("key", ["hall-key\n", "hall\r\nX-Key: key", "\u5bc6\u94a5"])
def test_a_key_that_no_request_can_hold_is_a_protocol_error_that_does_not_show_it(platform, key):
    with pytest.raises(ProtocolError, match="what no request may hold") as caught:
        resolver_of(platform, key=key).resolve(shown_by(platform))

    said = "".join(traceback.format_exception(caught.value))
    assert not any(shown in said for shown in (key, repr(key)[1:-1]))
    assert caught.value.__context__ is None
    assert platform.asked == 0


@pytest.mark.parametrize("key", ["hall-key\n", "hall\x00key", "hall-k\u00e9y", "\u5bc6\u94a5"])
def test_a_site_file_with_such_a_key_is_refused(key):
    with pytest.raises(ValueError, match="the key holds a line break"):
        HttpPlatform.model_validate({"kind": "http", "url": "https://platform.example/", "key": key})


def test_what_stands_behind_the_address_s_question_mark_is_sent():
    heard, resolver = [], None
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                heard.append(line.recv(4096))

        thread = threading.Thread(target=serve)
        thread.start()
        resolver = HttpCredentialResolver(
            f"http://127.0.0.1:{server.getsockname()[1]}/resolve?city=1599&v=2",
            "K01",
            used=UsedTokens(),
            today=lambda: TODAY,
            timeout_s=2,
        )
        with pytest.raises(DeviceUnavailable):
            resolver.resolve(CredentialToken("synthetic"))
        thread.join()

    assert heard[0].startswith(b"POST /resolve?city=1599&v=2 HTTP/1.1\r\n")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_platform_that_cannot_be_reached_is_told_by_a_check(scheme):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    resolver = HttpCredentialResolver(f"{scheme}://127.0.0.1:{port}/", "K01", used=UsedTokens(), today=lambda: TODAY)

    with pytest.raises(DeviceUnavailable, match="cannot be reached: ConnectionRefusedError"):
        resolver.check()


def test_a_platform_that_takes_a_connection_and_says_nothing_is_given_up_before_tls_stands():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        resolver = HttpCredentialResolver(url, "K01", used=UsedTokens(), today=lambda: TODAY, timeout_s=0.4)
        began = time.monotonic()

        with pytest.raises(DeviceUnavailable, match=r"no whole answer within 0\.4 s"):
            resolver.resolve(CredentialToken("synthetic"))
        assert time.monotonic() - began < 1.5
        with pytest.raises(DeviceUnavailable, match="cannot be reached"):
            resolver.check()


def test_a_tls_greeting_that_comes_drop_by_drop_is_given_up_too():
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line, contextlib.suppress(OSError):
                line.sendall(b"\x16\x03\x03\x40\x00")  # a TLS record of 16 KiB begins
                while not is_over.wait(0.2):
                    line.sendall(b"\x00")

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        resolver = HttpCredentialResolver(url, "K01", used=UsedTokens(), today=lambda: TODAY, timeout_s=0.6)
        began = time.monotonic()
        with pytest.raises(DeviceUnavailable, match=r"no whole answer within 0\.6 s"):
            resolver.resolve(CredentialToken("synthetic"))
        assert time.monotonic() - began < 2
        is_over.set()
        thread.join()


@pytest.mark.parametrize("url", ["http://platform.example/resolve", "ftp://127.0.0.1/", "platform.example"])
def test_a_platform_elsewhere_is_asked_over_https_only(url):
    with pytest.raises(ValueError, match="url"):
        HttpPlatform.model_validate({"kind": "http", "url": url})


def test_no_damaged_answer_raises_anything_but_a_protocol_error(resolver):
    accepted = 0

    def read(pieces: Sequence[bytes]) -> Iterator[object]:
        nonlocal accepted
        yield resolver._document(b"".join(pieces))
        accepted += 1

    fuzz(Target("credential_answer", read, may_raise=(ProtocolError,)))

    assert accepted > 1_000
