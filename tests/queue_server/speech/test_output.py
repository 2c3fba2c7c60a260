"""Where calls are heard: files, and a real player process."""

import subprocess
import threading
import time
from pathlib import Path

import pytest

from queue_server.adapters.speech.output import OutputFailed, SoundCard, WavFolder, has_sound_card, output_for
from queue_server.adapters.speech.sound import chime, wav_of

WAV = wav_of([chime()])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_call_becomes_a_file_named_by_its_turn(tmp_path):
    write = WavFolder(tmp_path / "speech")

    write("A", "call-1", WAV)
    write("B", "call-2", WAV)

    assert names(tmp_path / "speech") == ["000001-A-call-1.wav", "000002-B-call-2.wav"]
    assert (tmp_path / "speech" / "000001-A-call-1.wav").read_bytes() == WAV


def test_numbers_go_on_after_a_restart(tmp_path):
    WavFolder(tmp_path)("A", "call-1", WAV)

    WavFolder(tmp_path)("A", "call-2", WAV)

    assert names(tmp_path) == ["000001-A-call-1.wav", "000002-A-call-2.wav"]


def test_only_the_newest_files_stay_and_strangers_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    write = WavFolder(tmp_path, kept=3)

    for number in range(1, 11):
        write("A", f"call-{number}", WAV)

    assert names(tmp_path) == [*(f"{n:06d}-A-call-{n}.wav" for n in (8, 9, 10)), "notes.txt"]


@pytest.mark.parametrize("call_id", ["../../escape", "/etc/passwd", "a\x00b", "x" * 300, "号"])
def test_no_call_id_leads_out_of_the_folder(tmp_path, call_id):
    WavFolder(tmp_path / "speech")("A", call_id, WAV)

    assert [path.parent for path in tmp_path.rglob("*.wav")] == [tmp_path / "speech"]


def test_a_folder_that_cannot_be_written_is_a_failed_output(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputFailed):
        WavFolder(tmp_path / "file")("A", "call-1", WAV)


def test_files_are_never_seen_half_written(tmp_path):
    write, seen, done = WavFolder(tmp_path), set(), threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.update(path.stat().st_size for path in tmp_path.glob("*.wav"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(100):
        write("A", f"call-{number}", WAV)
    done.set()
    watcher.join()

    assert seen <= {len(WAV)}


def test_the_player_is_given_the_sound(tmp_path):
    SoundCard(("sh", "-c", f"cat > {tmp_path}/heard.wav"))("A", "call-1", WAV)

    assert (tmp_path / "heard.wav").read_bytes() == WAV


@pytest.mark.parametrize(
    ("command", "cause"),
    [(("sh", "-c", "exit 1"), "exit status 1"), (("/nonexistent/aplay",), "apt install alsa-utils")],
)
def test_a_player_that_fails_is_a_failed_output(command, cause):
    with pytest.raises(OutputFailed, match=cause):
        SoundCard(command)("A", "call-1", WAV)


def test_a_player_that_hangs_is_ended(tmp_path):
    began = time.monotonic()

    with pytest.raises(OutputFailed, match="hung"):
        SoundCard(("sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"), spare_s=-0.7)("A", "call-1", WAV)

    assert time.monotonic() - began < 5
    pid = (tmp_path / "pid").read_text().strip()
    assert subprocess.run(["ps", "-p", pid], capture_output=True, check=False).returncode == 1


def test_zones_that_share_a_card_take_turns(tmp_path):
    log = tmp_path / "log"
    card = SoundCard(("sh", "-c", f"cat >/dev/null; echo begin >> {log}; sleep 0.05; echo end >> {log}"))
    zones = [threading.Thread(target=card, args=(zone, zone, WAV)) for zone in "ABCD"]

    for zone in zones:
        zone.start()
    for zone in zones:
        zone.join()

    assert log.read_text().split() == ["begin", "end"] * 4


CARD = " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                      HDA Intel PCH at 0xf7f10000 irq 30\n"


@pytest.mark.parametrize(("listed", "expected"), [(CARD, True), ("--- no soundcards ---\n", False), (None, False)])
def test_a_card_is_one_that_the_kernel_lists(tmp_path, listed, expected):
    if listed is not None:
        (tmp_path / "cards").write_text(listed)

    assert has_sound_card(tmp_path / "cards") is expected


@pytest.mark.parametrize(
    ("kind", "listed", "program", "expected"),
    [
        ("auto", CARD, "sh", SoundCard),
        ("auto", CARD, "no-such-player", WavFolder),
        ("auto", "", "sh", WavFolder),
        ("sound_card", "", "sh", SoundCard),
        ("wav", CARD, "sh", WavFolder),
        ("off", CARD, "sh", type(None)),
    ],
)
def test_the_site_file_chooses_the_output(tmp_path, kind, listed, program, expected):
    (tmp_path / "cards").write_text(listed)

    assert type(output_for(kind, tmp_path, cards=tmp_path / "cards", program=program)) is expected
