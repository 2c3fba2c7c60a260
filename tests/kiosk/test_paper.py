"""From a drawn number to a printer's bytes: as a picture or as text, with Mongolian where the site has it."""

import dataclasses
from types import MappingProxyType

from devices.printers.papers.samples import INNER_MONGOLIA, SCRIPT
from devices.printers.raster import preview
from hall.catalogue import HallPlan
from hall.scripts import Scripts
from hall.texts import ENGLISH
from kiosk.adapters.paper import printable
from kiosk.flow.events import PrintTicket
from settings.fonts import FontMissing
from tests.kiosk.gallery import PERSON, TICKET, sample_plan

JOB = PrintTicket(job_id="ticket-1", ticket=TICKET, language="en", masked_number=PERSON.masked_number)


def bilingual(name_mn: str = INNER_MONGOLIA) -> HallPlan:
    plan = sample_plan()
    items = dict(plan.items)
    items[TICKET.item_key] = dataclasses.replace(items[TICKET.item_key], name_mn=SCRIPT)
    return dataclasses.replace(plan, name_mn=name_mn, items=MappingProxyType(items))


def test_a_site_s_mongolian_names_are_on_the_ticket_where_the_printer_s_table_wants_them():
    plain = printable(JOB, sample_plan(), ENGLISH, "K01", dots=576)

    drawn = {s: printable(JOB, bilingual(), ENGLISH, "K01", dots=576, scripts=s) for s in Scripts}

    assert drawn[Scripts.ZH_ONLY] == plain
    assert len(set(drawn.values())) == len(Scripts)
    assert preview(drawn[Scripts.MN_LEFT_ZH]).height > preview(plain).height


def test_a_ticket_in_the_printer_s_own_letters_is_short():
    text = printable(JOB, sample_plan(), ENGLISH, "K01", dots=576, mode="text")

    assert text.startswith(b"\x1c&")
    assert TICKET.display_number.encode() in text
    assert len(text) < 2000


def test_a_kiosk_without_the_mongolian_font_prints_in_chinese_and_says_so(monkeypatch, caplog):
    def missing() -> None:
        raise FontMissing("the Mongolian font is not installed")

    monkeypatch.setattr("devices.printers.mongolian.require_joining", missing)

    job = printable(JOB, bilingual(), ENGLISH, "K01", dots=576, scripts=Scripts.MN_LEFT_ZH)

    assert job == printable(JOB, sample_plan(), ENGLISH, "K01", dots=576)
    assert "no Mongolian" in caplog.text
