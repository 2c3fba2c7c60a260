"""What processes log: one line an event, and nothing that looks like an identity number."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "11010519491231002X"  # the specimen of GB 11643-1999


def logged(body: str) -> str:
    """What a process of its own writes to standard error: logging is set up once in each."""
    program = (
        "import logging\nfrom settings.logs import set_up_logs\n"
        f"set_up_logs('kiosk K01')\nlog = logging.getLogger('x')\n{body}"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def test_a_line_has_time_level_logger_and_process():
    line = logged("log.info('%s: ready', 'K01.printer')")

    assert line.count("\n") == 1
    for part in ("timestamp=", "level=info", "logger=x", '"[kiosk K01] K01.printer: ready"'):
        assert part in line


@pytest.mark.parametrize(
    "body",
    [
        f"log.warning('card {NUMBER} read')",
        f"log.warning('card %s read', '{NUMBER}')",
        f"log.warning('card %s read', '{NUMBER.lower()}')",
        f"log.warning('%s', {{'number': '{NUMBER}'}})",
        f"log.warning('号码{NUMBER}，已读')",
        f"try:\n    raise ValueError('no such person: {NUMBER}')\nexcept ValueError:\n    log.exception('failed')",
        f"try:\n    raise ValueError('{NUMBER}')\nexcept ValueError as exc:\n    log.error('failed', exc_info=exc)",
        f"log.error('%r', ValueError('{NUMBER}'))",
    ],
)  # fmt: skip
def test_an_identity_number_is_masked_wherever_it_stands(body):
    text = logged(body)

    assert NUMBER[:17] not in text
    assert "[identity number]" in text


@pytest.mark.parametrize("harmless", ["A012", "1" * 18, "20260302120000123456", "11010519491231002XY"])
def test_what_is_no_identity_number_stays(harmless):
    assert harmless in logged(f"log.warning('ticket {harmless} called')")


def test_debug_is_left_out_unless_asked_for():
    assert logged("log.debug('bytes')") == ""
    assert "bytes" in logged("import settings.logs\nset_up_logs('x', level=logging.DEBUG)\nlog.debug('bytes')")


def test_every_line_names_its_process_once_even_with_arguments_in_percent_signs():
    line = logged("log.info('100%% of %s', 'it')")

    assert '"[kiosk K01] 100% of it"' in line
