"""Ten thousand cards laid and lifted: no open file, no thread, no memory is left behind. Scaled down unless `--full`.

`--log-cli-level=INFO` shows the figures.
"""

import gc
import logging
import mmap
import os
import random
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from devices.identity.pcsc import PcscReader
from devices.identity.pcsc_events import PcscWatch
from devices.identity.samv_reader import SamvReader
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from devices.wire import SerialWire
from tests.waiting import until

logger = logging.getLogger(__name__)

TODAY = date(2026, 3, 2)
CYCLES = 10_000
PERSON = synthetic_resident(random.Random(3), TODAY)
GROWTH_KIB = 4096  # allowed for all cycles together: a leak of 1 KiB a card would be 10,000


@dataclass(frozen=True)
class Held:
    """What this process holds."""

    files: int
    threads: int
    memory_kib: int

    @classmethod
    def now(cls) -> "Held":
        gc.collect()
        status = Path("/proc/self/status").read_text(encoding="ascii")
        memory = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return cls(len(os.listdir("/proc/self/fd")), threading.active_count(), int(memory.split()[1]))  # noqa: PTH208


def leaked(cycle: Callable[[int], None], cycles: int) -> Held:
    """How much more is held after `cycles` than after the first tenth of them, when every cache has filled."""
    warm = max(3, cycles // 10)
    for number in range(warm):
        cycle(number)
    before = Held.now()
    for number in range(warm, cycles):
        cycle(number)
    after = Held.now()
    return Held(after.files - before.files, after.threads - before.threads, after.memory_kib - before.memory_kib)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_sam_v_reader_leaks_nothing(request, sim):
    cycles = CYCLES if request.config.getoption("--full") else CYCLES // 20
    card = SamvCard.of(PERSON)
    reader = SamvReader(SerialWire(sim.port, timeout_s=0.05), today=lambda: TODAY)

    def cycle(_number: int) -> None:
        sim.lay(card)
        assert reader.poll() is not None
        sim.lift()
        assert reader.poll() is None
        sim.requests.clear()
        sim.heard_s.clear()

    grown = leaked(cycle, cycles)
    reader.close()

    logger.info("SAM_V, %d cards: %s", cycles, grown)
    assert (grown.files, grown.threads) == (0, 0)
    assert grown.memory_kib < GROWTH_KIB


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_sam_v_reader_pulled_out_and_put_back_leaks_nothing(request, tmp_path):
    cycles = CYCLES // 10 if request.config.getoption("--full") else CYCLES // 200
    link = tmp_path / "reader"
    with SamvSim(link=link) as sim:

        def cycle(_number: int) -> None:
            sim.lay(SamvCard.of(PERSON))
            reader = SamvReader(SerialWire(str(link), timeout_s=0.05), today=lambda: TODAY)
            assert reader.poll() is not None
            sim.unplug()
            reader.close()
            sim.plug()
            sim.requests.clear()
            sim.heard_s.clear()

        grown = leaked(cycle, cycles)

    logger.info("SAM_V, %d plugs: %s", cycles, grown)
    assert (grown.files, grown.threads) == (0, 0)
    assert grown.memory_kib < GROWTH_KIB


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_pcsc_reader_and_a_watch_leak_nothing(request, pcscd):
    """All readers at once, a card each: pcscd looks at a virtual reader every 0.4 s, so each turn takes about 1 s."""
    pcscd.start()
    slots = pcscd.readers
    cycles = -(-CYCLES // len(slots)) if request.config.getoption("--full") else 6
    readers = [PcscReader(slot.name, today=lambda: TODAY) for slot in slots]
    cards = [SocialCardSim(slot.port, card_files(PERSON)) for slot in slots]
    watch = PcscWatch()

    def cycle(_number: int) -> None:
        for card in cards:
            card.insert()
        for reader in readers:
            assert until(reader.poll)
        watch.wait(0.01)
        for card in cards:
            card.remove()
            card.commands.clear()
        for reader in readers:
            until(lambda reader=reader: not reader.is_present())
            assert reader.poll() is None

    pcscd_files = lambda: len(os.listdir(f"/proc/{pcscd.pid}/fd"))  # noqa: E731, PTH208
    before = pcscd_files()
    grown = leaked(cycle, cycles)
    for reader in readers:
        reader.close()
    watch.close()

    logger.info("PC/SC, %d cards: %s", cycles * len(slots), grown)
    assert (grown.files, grown.threads) == (0, 0)
    assert grown.memory_kib < GROWTH_KIB
    assert pcscd_files() <= before + 2 * len(slots)


def test_a_leak_would_be_found(tmp_path):
    kept: list[mmap.mmap] = []  # mapped anew each time: what was freed before is not taken again

    with ExitStack() as files:

        def cycle(_number: int) -> None:
            files.enter_context((tmp_path / "file").open("wb"))
            kept.append(mmap.mmap(-1, 1 << 19))
            kept[-1].write(random.randbytes(1 << 19))

        grown = leaked(cycle, 20)
    for piece in kept:
        piece.close()

    assert grown.files > 10
    assert grown.memory_kib > GROWTH_KIB
