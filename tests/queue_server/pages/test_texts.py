"""Every text of the pages has a Chinese form, and every code has a sentence."""

import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from devices.errors import DeviceError
from devices.mends import MENDS
from hall.counter import CounterStatus
from hall.rating import RatingLevel
from hall.ticket import TicketState
from queue_server.domain.refusals import Refusal
from queue_server.pages import wording
from queue_server.service.ports import JournalUnavailable

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "queue_server" / "pages"
LOCALE = ROOT / "config" / "locale" / "zh_CN"
PLACES = re.compile(r"\{\w+\}")
SPOKEN_BY = {  # module: the texts that its page hands over
    "device_trials.js": wording.TRIAL_SAYS,
    "counter_page.js": wording.COUNTER_SAYS,
    "display_page.js": wording.DISPLAY_SAYS,
    "manager_page.js": wording.MANAGER_SAYS,
    "ticket_page.js": wording.TICKET_SAYS,
}
TABLES = (
    wording.STATUSES,
    wording.COUNTER_KINDS,
    wording.TICKET_STATES,
    wording.TICKET_HINTS,
    wording.LEVELS,
    wording.PAUSE_REASONS,
    wording.PAUSE_REASONS_OF_DEVICES,
    wording.REFUSALS,
    wording.DEVICE_STATUSES,
    wording.DEVICE_KINDS,
    wording.DEVICE_CAUSES,
    MENDS,
)


def chinese(path: Path = LOCALE / "pages.po") -> dict[str, str]:
    with path.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, abort_invalid=True) if entry.id}


def literals(found: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """The first argument of each call where it is written out; the tables hold the others."""
    for _line, _function, message, _comments in found:
        first = message[0] if isinstance(message, tuple) else message
        if first:
            yield str(first)


def english() -> Iterator[str]:
    for template in (PAGES / "templates").glob("*.html"):
        with template.open("rb") as file:
            yield from literals(babel_extract(file, ["texts"], [], {}))
    with (ROOT / "queue_server" / "api" / "pages.py").open("rb") as file:
        yield from literals(extract_python(file, ["texts"], [], {}))
    for says in SPOKEN_BY.values():
        yield from says
    for table in TABLES:
        yield from table.values()


def all_kinds(of: type[Exception]) -> set[type[Exception]]:
    return {of}.union(*(all_kinds(kind) for kind in of.__subclasses__()))


def test_every_text_of_the_pages_has_a_chinese_form():
    found = set(english())

    assert len(found) > 100
    assert sorted(text for text in found if not chinese().get(text)) == []


def test_no_chinese_text_is_left_over():
    assert sorted(set(chinese()) - set(english())) == []


def test_no_other_file_says_the_same_english_in_other_chinese():
    """All files become one table: the same msgid twice would change the other part's screens."""
    ours, others = chinese(), [path for path in LOCALE.glob("*.po") if path.name != "pages.po"]

    clashes = {(path.name, e) for path in others for e, z in chinese(path).items() if ours.get(e, z) != z}

    assert clashes == set()


def test_chinese_forms_have_the_same_named_places():
    different = {e: z for e, z in chinese().items() if set(PLACES.findall(e)) != set(PLACES.findall(z))}

    assert different == {}


@pytest.mark.parametrize("module", sorted(SPOKEN_BY))
def test_a_page_is_handed_exactly_the_texts_that_its_module_says(module):
    with (PAGES / "static" / module).open("rb") as file:
        said = set(literals(extract_javascript(file, ["say"], [], {})))

    conditional = {"Now calling", "Latest call"} if module == "display_page.js" else set()  # say(a ? b : c)
    assert said | conditional == set(SPOKEN_BY[module])


def test_every_refusal_has_a_sentence():
    codes = {kind.code for kind in all_kinds(Refusal)} | {JournalUnavailable.code}

    assert codes <= set(wording.REFUSALS)


def test_every_device_code_has_a_cause():
    for module in ("devices.boards.link", "firmware_bridge.board"):  # kinds of error of their own
        importlib.import_module(module)
    codes = {kind.code for kind in all_kinds(DeviceError)} | set(MENDS)

    assert codes == set(wording.DEVICE_CAUSES)
    assert set(MENDS) == codes - {"device_error"}  # the kind above them all, which nothing is reported as


def test_every_state_and_level_has_a_word():
    assert set(wording.STATUSES) == set(CounterStatus)
    assert set(wording.TICKET_STATES) == set(wording.TICKET_HINTS) == set(TicketState)
    assert set(wording.LEVELS) == set(RatingLevel)
