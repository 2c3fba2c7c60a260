"""Readers and a platform by hand: what a person types, and what the drivers then see."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from commands.sim.main import main
from devices.credentials.http_resolver import HttpCredentialResolver
from devices.credentials.token import CredentialToken
from devices.credentials.used_tokens import UsedTokens
from devices.errors import CardUnreadable, CredentialExpired, DeviceError, DeviceUnavailable, ReaderFault
from devices.identity.private_pcscd import NeedsRoot, NotInstalled, PrivatePcscd
from devices.identity.samv_frames import PREAMBLES
from devices.identity.samv_reader import SamvReader
from devices.wire import SerialWire
from hall.identity import DocumentKind, IdentityDocument

TODAY = date(2026, 3, 2)


def sim_says(arguments: list[str], typed: Callable[[], Iterator[str]], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments, typed()) == 0
    return capsys.readouterr().out


# ---- SAM_V ---------------------------------------------------------------------------------------------------------


def reader_at(link: object, **options: object) -> SamvReader:
    wire = SerialWire(str(link), timeout_s=0.05)
    return SamvReader(wire, today=lambda: TODAY, answer_s=0.3, read_s=0.5, **options)  # type: ignore[arg-type]


def test_cards_of_every_kind_are_laid_and_lifted(tmp_path, capsys):
    link, read = tmp_path / "reader", []

    def typed() -> Iterator[str]:
        reader = reader_at(link, read_address=True)
        for kind in ("resident", "hmt_permit", "foreigner_2017", "foreigner_2023"):
            yield f"lay {kind} 7 moved\n"
            read.append(reader.poll())
            yield "lift\n"
            assert reader.poll() is None
        yield "asked\n"
        yield "lay resident 7\n"
        read.append(reader.poll())
        yield "lay tiger\n"
        yield "lay resident x\n"
        yield "unplug\n"
        assert not link.is_symlink()
        reader.close()
        yield "plug\n"
        reader = reader_at(link)
        assert reader.poll() is not None
        reader.close()

    said = sim_says(["samv", "--link", str(link), "--read-seconds", "0"], typed, capsys)

    assert [document.kind for document in read] == [
        DocumentKind.RESIDENT,
        DocumentKind.HMT_PERMIT,
        DocumentKind.FOREIGNER_2017,
        DocumentKind.FOREIGNER_2023,
        DocumentKind.RESIDENT,
    ]
    assert [document.warnings for document in read] == [()] * 5
    assert read[0].number == read[4].number  # the same person
    assert "新样例区" in read[0].address
    assert f'port = "{link}"' in said
    assert "READ_BASE: 4\n" in said
    assert said.count("lay KIND [PERSON] [moved]: kinds are resident") == 2
    assert read[0].number not in said


@pytest.mark.parametrize(
    ("scene", "error"),
    [
        ("card-lifted-while-reading", CardUnreadable),
        ("wrong-checksum", CardUnreadable),
        ("card-refused", CardUnreadable),
        ("unplugged-mid-answer", DeviceUnavailable),
        ("self-test-failed", ReaderFault),
        ("silent", DeviceUnavailable),
        ("nonsense", DeviceError),
    ],
)
def test_every_scene_is_what_the_driver_sees(tmp_path, capsys, scene, error):
    link = tmp_path / "reader"

    def typed() -> Iterator[str]:
        reader = reader_at(link)
        yield f"scene {scene}\n"
        with pytest.raises(error):
            reader.poll()
        reader.close()
        yield "scene well\n"
        yield "plug\n"
        yield "lift\n"
        yield "lay resident\n"
        reader = reader_at(link)
        assert reader.poll() is not None
        reader.close()

    sim_says(["samv", "--link", str(link), "--read-seconds", "0"], typed, capsys)


def test_a_slow_reader_is_given_up(tmp_path, capsys):
    link = tmp_path / "reader"

    def typed() -> Iterator[str]:
        reader = reader_at(link)
        yield "lay resident\n"
        with pytest.raises(DeviceUnavailable, match="READ_BASE"):
            reader.poll()
        reader.close()

    sim_says(["samv", "--link", str(link), "--scene", "slow"], typed, capsys)


def test_a_reader_of_the_other_family_says_so_in_the_site_file(tmp_path, capsys):
    link = tmp_path / "reader"

    def typed() -> Iterator[str]:
        reader = reader_at(link, preamble=PREAMBLES["ea"])
        assert reader.check() is None
        reader.close()
        yield "asked\n"

    said = sim_says(["samv", "--link", str(link), "--header", "ea"], typed, capsys)

    assert 'header = "ea"\n' in said
    assert "STATUS: 1\n" in said


# ---- PC/SC ------------------------------------------------------------------------------------------------------


def test_cards_are_put_in_and_taken_out(capsys):
    try:
        with PrivatePcscd():
            pass
    except (NeedsRoot, NotInstalled) as exc:
        pytest.skip(str(exc))

    def typed() -> Iterator[str]:
        for kind in ("social", "combination", "resident", "passport", "uid"):
            yield f"put {kind} 3 2\n"
        yield "put tiger\n"
        yield "put social 1 3\n"
        yield "take 2\n"
        yield "take 3\n"
        for scene in ("card-lifted-while-reading", "dirty-contacts", "protected-number", "slow-card", "pcscd-crashes"):
            yield f"scene {scene}\n"
        yield "kill\n"
        yield "restart\n"
        yield "take\n"

    said = sim_says(["pcsc", "--readers", "2"], typed, capsys)

    assert said.count('kind = "pcsc"\n') == 2
    assert "start the kiosk with PCSCLITE_CSOCK_NAME=" in said
    assert said.count("in HallQ Virtual Reader 0 00 01\n") == 5
    assert said.count("put KIND [PERSON] [READER]: kinds are social") == 2
    assert "take [READER]: readers are 1 to 2\n" in said
    assert said.count("done\n") == 9


# ---- credentials -----------------------------------------------------------------------------------------------


def test_codes_are_shown_and_resolved_and_every_scene_ends(capsys):
    seen: list[object] = []

    def typed() -> Iterator[str]:
        said = capsys.readouterr().out
        url = said.split('url = "')[1].split('"')[0]
        resolver = HttpCredentialResolver(url, "K01", used=UsedTokens(), today=lambda: TODAY, timeout_s=0.5)

        def ask() -> object:
            token = CredentialToken(capsys.readouterr().out)
            try:
                return resolver.resolve(token)
            except DeviceError as exc:
                return type(exc)

        yield "show 3\n"
        seen.append(ask())
        for scene in ("slow", "drip", "refuse", "down", "nonsense"):
            yield f"scene {scene}\n"
            capsys.readouterr()
            yield "show\n"
            seen.append(ask())
            yield "scene well\n"
            capsys.readouterr()
        yield "show 3\n"
        shown = capsys.readouterr().out
        yield "scene expired\n"
        with pytest.raises(CredentialExpired):
            resolver.resolve(CredentialToken(shown))
        yield "show x\n"
        yield "asked\n"

    said = sim_says(["credential-platform"], typed, capsys)

    assert isinstance(seen[0], IdentityDocument)
    assert [kind.__name__ for kind in seen[1:]] == [  # type: ignore[attr-defined]
        "DeviceUnavailable",
        "DeviceUnavailable",
        "CredentialRefused",
        "DeviceUnavailable",
        "ProtocolError",
    ]
    assert "show [PERSON] [SECONDS]" in said


def test_a_port_that_is_taken_is_said_in_one_sentence(capsys):
    def typed() -> Iterator[str]:
        port = capsys.readouterr().out.split(":")[2].split("/")[0]
        assert main(["credential-platform", "--http", port], []) == 2
        yield "asked\n"

    assert main(["credential-platform"], typed()) == 0

    assert "hallq sim credential-platform: " in capsys.readouterr().err
