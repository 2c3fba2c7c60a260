"""One state for each screen a visitor can see, with invented data, for the pictures and the layout tests."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import structs

from hall.catalogue import HallPlan
from hall.identity import DocumentKind
from hall.texts import ENGLISH, Texts
from kiosk.flow.screens import Screen
from kiosk.flow.state import Attempt, Facts, Person, QueueFacts, Rules, State, Ticket
from kiosk.ui.wording import Surroundings
from settings.load import hall_plan, read_site
from settings.locale import texts_in

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_SITE = ROOT / "config" / "halls" / "sample_city.toml"
NOW = datetime(2025, 3, 3, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
PERSON = Person(kind=DocumentKind.RESIDENT, masked_number="**************000X", masked_name="测**")
DEVICES = (("pcsc", "ok", None), ("printer", "ok", None), ("sam_v", "ok", None))
TICKET = Ticket(
    ticket_id="0b6f8f0e-6f55-4d0e-9a53-0a6a4be7a001",
    display_number="B023",
    prefix="B",
    item_key="I012",
    ahead_count=5,
    wait_p50_s=480,
    wait_p90_s=840,
    issued_at=NOW,
    status_url="http://127.0.0.1:8080/t/0b6f8f0e-6f55-4d0e-9a53-0a6a4be7a001",
)


def sample_plan() -> HallPlan:
    """The sample city's hall."""
    return hall_plan(read_site(SAMPLE_SITE))


def chinese() -> Texts:
    """The Chinese texts."""
    return texts_in("zh_CN")


def surroundings(language: str) -> Surroundings:
    """The sample hall on a Monday morning."""
    texts = ENGLISH if language == "en" else chinese()
    return Surroundings(plan=sample_plan(), texts=texts, kiosk_id="K01", now=NOW)


def sample_facts(plan: HallPlan) -> Facts:
    """A busy hall with one closed queue."""
    queues = tuple(
        QueueFacts(
            prefix=prefix,
            waiting=(index * 7 + 3) % 26 if prefix != "C" else 0,
            open_counters=0 if prefix == "C" else len(plan.counters_of(prefix)),
        )
        for index, prefix in enumerate(plan.queues)
    )
    return Facts(server_answers=True, queues=queues, devices=DEVICES)


def a_state(screen: Screen, plan: HallPlan, *, language: str = "zh_CN", **changes: object) -> State:
    """A state of a screen as a visit would have it; `changes` win."""
    late = list(Screen).index(screen) >= list(Screen).index(Screen.CHECKING_PAPER)
    has_ticket = screen in (Screen.PRINTING, Screen.TICKET, Screen.NO_PAPER_TICKET, Screen.TAKE_AWAY)
    resting = screen in (Screen.STARTING, Screen.IDLE, Screen.SERVER_AWAY, Screen.READING, Screen.CARD_ERROR)
    state = State(
        rules=Rules(language="zh_CN"),
        facts=sample_facts(plan),
        screen=screen,
        language=language,
        person=None if resting else PERSON,
        prefix="B" if late or screen is Screen.CHOOSE_MATTER else None,
        attempt=Attempt(command_id="c1", item_key="I012") if late else None,
        ticket=TICKET if has_ticket else None,
        cause="queue_full" if screen is Screen.REFUSED else None,
        remaining_s=12 if screen in (Screen.STILL_THERE, Screen.TICKET, Screen.NO_PAPER_TICKET) else None,
    )
    return structs.replace(state, **changes)


def every_state(plan: HallPlan, language: str) -> dict[str, State]:
    """Every screen, and those that look different in other circumstances, by a name for its picture."""
    states = {screen.value: a_state(screen, plan, language=language) for screen in Screen}
    broken = (("pcsc", "offline", "unavailable"), ("printer", "fault", "paper_out"), ("sam_v", "ok", None))
    no_reader = (("pcsc", "offline", None), ("printer", "ok", None), ("sam_v", "fault", "reader_fault"))
    facts = sample_facts(plan)
    pages = {"": 0, "_2": 1, "_3": 2}
    for prefix in plan.queues:
        for tail, page in pages.items():
            if page * 6 < len(plan.items_of(prefix)):
                name = f"choose_matter_{prefix}{tail}"
                states[name] = a_state(Screen.CHOOSE_MATTER, plan, language=language, prefix=prefix, page=page)
    for tail, page in pages.items():
        states[f"choose_queue{tail}"] = a_state(Screen.CHOOSE_QUEUE, plan, language=language, page=page)
    for prefix in plan.queues:
        item = plan.items_of(prefix)[0].key
        number = structs.replace(TICKET, prefix=prefix, item_key=item, display_number=f"{prefix}1234")
        states[f"ticket_{prefix}"] = a_state(Screen.TICKET, plan, language=language, ticket=number)
        states[f"no_paper_ticket_{prefix}"] = a_state(Screen.NO_PAPER_TICKET, plan, language=language, ticket=number)
    on_screen = Attempt(command_id="c1", item_key="I012", on_screen=True)
    unknown = structs.replace(TICKET, wait_p50_s=None, wait_p90_s=None, ahead_count=1)
    offline = structs.replace(unknown, ahead_count=None)
    alone = structs.replace(facts, server_answers=False, offline=("A", "B", "D"))
    alone_and_broken = structs.replace(alone, devices=broken)
    return states | {
        "idle_troubles": a_state(Screen.IDLE, plan, language=language, facts=structs.replace(facts, devices=broken)),
        "idle_no_reader": a_state(
            Screen.IDLE, plan, language=language, facts=structs.replace(facts, devices=no_reader)
        ),
        "idle_nothing": a_state(Screen.IDLE, plan, language=language, facts=structs.replace(facts, devices=())),
        "choose_queue_no_card": a_state(Screen.CHOOSE_QUEUE, plan, language=language, person=None),
        "ticket_no_card": a_state(Screen.TICKET, plan, language=language, person=None, ticket=unknown),
        "no_paper_chosen": a_state(Screen.NO_PAPER_TICKET, plan, language=language, attempt=on_screen),
        "idle_offline": a_state(Screen.IDLE, plan, language=language, facts=alone),
        "idle_offline_troubles": a_state(Screen.IDLE, plan, language=language, facts=alone_and_broken),
        "choose_queue_offline": a_state(Screen.CHOOSE_QUEUE, plan, language=language, facts=alone),
        "offline_choose_matter": a_state(Screen.CHOOSE_MATTER, plan, language=language, facts=alone, prefix="C"),
        "ticket_offline": a_state(Screen.TICKET, plan, language=language, ticket=offline),
        "no_paper_ticket_offline": a_state(Screen.NO_PAPER_TICKET, plan, language=language, ticket=offline),
        "take_ticket": a_state(Screen.TAKE_AWAY, plan, language=language, person=None),
        "take_card": a_state(Screen.TAKE_AWAY, plan, language=language, attempt=on_screen),
        "take_nothing": a_state(Screen.TAKE_AWAY, plan, language=language, attempt=on_screen, person=None),
        "refused_other": a_state(Screen.REFUSED, plan, language=language, cause="invalid"),
        "refused_item": a_state(Screen.REFUSED, plan, language=language, cause="unknown_item"),
    }
