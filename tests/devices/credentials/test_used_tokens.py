"""No code is accepted twice: not at once, not later, not after a restart; and nothing of a code is kept or shown."""

import copy
import logging
import pickle
import threading

import pytest

from devices.credentials import used_tokens
from devices.credentials.token import LONGEST, CredentialToken, InvalidToken
from devices.credentials.used_tokens import KEPT_S, UsedTokens
from devices.errors import CredentialUsed, DeviceUnavailable

TEXT = "synthetic-token-000000000001"
TOKEN = CredentialToken(TEXT)


def accept(used: UsedTokens, text: str = TEXT) -> bool:
    try:
        with used.accepting(CredentialToken(text)):
            return True
    except CredentialUsed:
        return False


# ---- the token -----------------------------------------------------------------------------------------------------


def test_a_token_is_shown_by_nothing_that_shows_things(caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("x").warning("%s %r %s", TOKEN, TOKEN, [TOKEN])

    shown = f"{TOKEN} {TOKEN!r} {TOKEN!s:>40} {[TOKEN]} {{'a': {TOKEN}}}" + caplog.text + str(vars(type(TOKEN)))

    assert TEXT not in shown
    for store in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="not stored"):
            store(TOKEN)


@pytest.mark.parametrize("text", ["", "  \r\n", "x" * (LONGEST + 1), "二维码", "a\x00b", "a\tb"])
def test_what_is_no_token_is_refused_and_not_repeated(text):
    with pytest.raises(InvalidToken) as caught:
        CredentialToken(text)

    assert not text.strip() or text not in str(caught.value)


def test_a_scanner_s_line_end_is_no_part_of_a_token():
    assert CredentialToken(f" {TEXT}\r\n").reveal() == TEXT


# ---- once ------------------------------------------------------------------------------------------------------------


def test_a_code_is_accepted_once():
    used = UsedTokens()

    assert [accept(used), accept(used), accept(used, TEXT + "2"), accept(used, f" {TEXT}\n")] == [
        True,
        False,
        True,
        False,
    ]


def test_a_code_that_came_to_nothing_may_be_tried_again():
    used = UsedTokens()
    with pytest.raises(DeviceUnavailable), used.accepting(TOKEN):
        raise DeviceUnavailable("credentials", "the platform is away")

    assert accept(used) is True


def test_two_who_hold_up_the_same_code_at_once_are_told_apart():
    used = UsedTokens()
    with used.accepting(TOKEN):
        assert accept(used) is False
    assert accept(used) is False


def test_of_many_threads_one_is_accepted():
    used, start, accepted = UsedTokens(), threading.Barrier(16), []

    def try_it() -> None:
        start.wait()
        accepted.append(accept(used))

    threads = [threading.Thread(target=try_it) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(accepted) == [False] * 15 + [True]


def test_a_code_is_remembered_for_a_day_and_no_longer():
    now = [1000.0]
    used = UsedTokens(now_s=lambda: now[0])
    accept(used)
    now[0] += KEPT_S - 1
    assert accept(used) is False

    now[0] += 2
    accept(used, "another")

    assert len(used) == 1


def test_the_oldest_gives_way_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(used_tokens, "MOST", 3)
    used = UsedTokens()
    for number in range(5):
        assert accept(used, f"token-{number}")

    assert len(used) == 3
    assert accept(used, "token-4") is False


# ---- over a restart ------------------------------------------------------------------------------------------------


def test_a_restart_forgets_nothing_and_the_file_shows_nothing(tmp_path):
    path = tmp_path / "used"
    accept(UsedTokens(path))

    again = UsedTokens(path)

    assert (len(again), accept(again)) == (1, False)
    kept = path.read_bytes()
    assert TEXT.encode() not in kept
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.new"))


def test_two_kiosks_keep_different_hashes_of_the_same_code(tmp_path):
    files = [tmp_path / "a", tmp_path / "b"]
    for path in files:
        accept(UsedTokens(path))

    assert files[0].read_bytes() != files[1].read_bytes()


def test_a_code_that_cannot_be_kept_is_not_accepted(tmp_path):
    folder = tmp_path / "there"
    folder.mkdir()
    used = UsedTokens(folder / "used")
    folder.rmdir()

    with pytest.raises(DeviceUnavailable, match="cannot be kept"), used.accepting(TOKEN):
        pass

    folder.mkdir()
    assert accept(used) is True
    assert accept(UsedTokens(folder / "used")) is False


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"salt": 3, "until_s": {}}', b"\xff\xfe"])
def test_a_file_that_is_none_of_ours_is_not_taken_for_an_empty_one(tmp_path, content):
    path = tmp_path / "used"
    path.write_bytes(content)

    with pytest.raises(DeviceUnavailable, match="not a list of accepted codes; move it away"):
        UsedTokens(path)
