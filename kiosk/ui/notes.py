"""The screens that say how it stands: welcome, please wait, and each thing that can go wrong, with what to do."""

from msgspec import Struct

from kiosk.flow import events as ev
from kiosk.flow.screens import Screen
from kiosk.flow.state import State
from kiosk.ui import theme
from kiosk.ui.elements import Box, Element, Key, Picture, Scene, Text
from kiosk.ui.frame import BODY_END, BODY_TOP, key, notice, sentence, title
from kiosk.ui.wording import Surroundings, people_text

KEYS_TOP = BODY_END - theme.KEY_H - 30
READERS = {"sam_v": "ID card", "pcsc": "social security card"}
ANOTHER_LANGUAGE = {"zh_CN": ("en", "English"), "en": ("zh_CN", "中文")}  # a language is named in itself


class Note(Struct, frozen=True, kw_only=True):
    """A headline, what to do, and a picture."""

    picture: str
    title: str
    what_to_do: str


NOTES: dict[Screen, Note] = {
    Screen.STARTING: Note(
        picture="clock", title="Starting", what_to_do="Please wait a moment. The kiosk is getting ready."
    ),
    Screen.SERVER_AWAY: Note(
        picture="server",
        title="No numbers can be drawn right now",
        what_to_do="The queue server does not answer. Please go to the guide desk; they will give you a number.",
    ),
    Screen.READING: Note(picture="card", title="Reading your document", what_to_do="Please leave it on the reader."),
    Screen.CARD_ERROR: Note(
        picture="card_error",
        title="The document could not be read",
        what_to_do="Please lift it and lay it on the reader again, or continue without it.",
    ),
    Screen.CHECKING_PAPER: Note(
        picture="printer", title="One moment, please", what_to_do="The kiosk is checking the printer."
    ),
    Screen.ISSUING: Note(picture="clock", title="Drawing your number", what_to_do="Please wait a moment."),
    Screen.PRINTING: Note(
        picture="printer",
        title="Printing your ticket",
        what_to_do="Please wait until the ticket has been cut.",
    ),
    Screen.OUT_OF_PAPER: Note(
        picture="no_paper",
        title="The printer is out of paper",
        what_to_do="No number has been drawn. Take it on this screen, or go to the guide desk.",
    ),
    Screen.COVER_OPEN: Note(
        picture="no_paper",
        title="The printer's cover is open",
        what_to_do="No number has been drawn. Take it on this screen, or go to the guide desk.",
    ),
    Screen.PRINTER_GONE: Note(
        picture="no_paper",
        title="The printer does not work",
        what_to_do="No number has been drawn. Take it on this screen, or go to the guide desk.",
    ),
    Screen.NO_ANSWER: Note(
        picture="server",
        title="The queue server did not answer",
        what_to_do="Please try again. You will get one number only, even if the first one was drawn.",
    ),
}
REFUSALS = {
    "queue_full": "This service gives out no more numbers today. Please ask at the guide desk.",
    "queue_closed": "This service gives out no numbers at this time. Please see its hours at the guide desk.",
    "quota_used": "The numbers for this time are used up. Please ask at the guide desk.",
    "day_closed": "The hall has closed for today. Please come again tomorrow.",
    "has_ticket": "You hold a number for this service already. The guide desk can print it again.",
    "daily_cap": "You have drawn as many numbers today as one person may. Please ask at the guide desk.",
    "identity_required": "This service needs a document. Please begin again with your card.",
    "person_banned": "No number can be drawn for now. Please ask at the guide desk.",
    "unknown_item": "This matter is not handled here any more. Please choose another one.",
}
OTHER_REFUSAL = "The queue server refused. Please choose another matter or ask at the guide desk."


def note(state: State, at: Surroundings) -> Scene:
    """A screen of `NOTES`, with the keys that its row in the flow's table allows."""
    shown = NOTES[state.screen]
    return (*_note(shown, at), *_keys(state, at))


def refused(state: State, at: Surroundings) -> Scene:
    """Why the server drew no number."""
    why = REFUSALS.get(state.cause or "", OTHER_REFUSAL)
    return (
        *_note(Note(picture="warning", title="No number was drawn", what_to_do=why), at),
        *_keys(state, at),
    )


def still_there(state: State, at: Surroundings) -> Scene:
    """The visit is about to end; one touch keeps it."""
    seconds = str(state.remaining_s if state.remaining_s is not None else "")
    y = BODY_TOP + 240.0
    return (
        title(at.texts("Are you still there?"), y=y, h=120, size=72),
        Box(x=340, y=y + 180, w=400, h=400, fill=theme.CARD, radius=200, line=theme.BLUE, line_px=14),
        Text(
            x=340,
            y=y + 180,
            w=400,
            h=400,
            text=seconds,
            size=180,
            color=theme.BLUE,
            on=theme.CARD,
            bold=True,
            align="center",
        ),
        sentence(at.texts("Your visit will be forgotten when the time has passed."), y=y + 630),
        *key("stay", ev.Stayed(), at.texts("Continue"), x=190, y=y + 800, w=700, h=180, primary=True, size=60),
        *key("start_over", ev.StartedOver(), at.texts("End the visit"), x=290, y=y + 1030, w=500),
    )


def idle(state: State, at: Surroundings) -> Scene:
    """The invitation: lay a document, or touch to go on without one."""
    working = [role for role in READERS if state.facts.status(role) in ("ok", "warning")]
    parts: list[Element] = [
        title(at.texts("Welcome! Take your number here"), y=BODY_TOP + 50, h=120, size=68),
        sentence(_invitation(working, at), y=BODY_TOP + 170, h=140, size=42),
        Picture(x=150, y=BODY_TOP + 320, w=780, h=520, name="card_on_reader" if working else "touch"),
    ]
    parts += _begin_key(at, y=BODY_TOP + 880)
    parts += _stats(state, at, y=BODY_TOP + 1104)
    troubles = _troubles(state, at)
    if troubles:
        parts += notice(troubles, y=BODY_TOP + 1314, h=124)
    return (*parts, *_language_key(state))


def _stats(state: State, at: Surroundings, *, y: float) -> Scene:
    """How full the hall is; while the server is away nobody knows."""
    if state.facts.is_offline:
        text = at.texts("The queue server does not answer. You can draw a number all the same.")
        return notice(text, y=y + 30, h=124)
    waiting = sum(q.waiting for q in state.facts.queues)
    services = sum(q.open_counters > 0 for q in state.facts.queues)  # a window may serve several
    return (
        *_stat(at.texts("Waiting now"), people_text(waiting, at.texts), x=140, y=y),
        *_stat(at.texts("Services open now"), at.texts("{count} services", count=services), x=552, y=y),
    )


def _begin_key(at: Surroundings, *, y: float) -> Scene:
    begin, hint = at.texts("Without a document"), at.texts("No document with you? Touch here")
    blue, white = theme.BLUE, theme.WHITE
    return (
        Box(x=140, y=y, w=800, h=190, fill=blue, radius=theme.RADIUS),
        Text(x=160, y=y + 10, w=760, h=104, text=begin, size=62, color=white, on=blue, bold=True, align="center"),
        Text(x=160, y=y + 114, w=760, h=62, text=hint, size=32, color=white, on=blue, align="center"),
        Key(x=140, y=y, w=800, h=190, name="begin", event=ev.Began(), text=begin, radius=theme.RADIUS),
    )


def _invitation(working: list[str], at: Surroundings) -> str:
    if not working:
        return at.texts("The card readers do not work right now. Please touch the key below.")
    if working == ["sam_v"]:
        return at.texts("Please lay your ID card on the reader")
    if working == ["pcsc"]:
        return at.texts("Please lay your social security card on the reader")
    return at.texts("Please lay your ID card or social security card on the reader")


def _troubles(state: State, at: Surroundings) -> str:
    """What does not work, in one or two sentences; nothing for what this kiosk never had."""
    found = []
    broken = [role for role in READERS if state.facts.status(role) in ("fault", "offline")]
    works = [role for role in READERS if state.facts.status(role) in ("ok", "warning")]
    if broken and works:
        found += [at.texts("The reader for the {card} does not work.", card=at.texts(READERS[r])) for r in broken]
    if state.facts.status("printer") not in ("ok", "warning"):
        found.append(at.texts("No tickets are printed now; numbers are shown on the screen."))
    return " ".join(found) if at.is_english else "".join(found)


def _stat(label: str, value: str, *, x: float, y: float) -> Scene:
    return (
        Box(x=x, y=y, w=388, h=180, fill=theme.CARD, radius=theme.RADIUS, line=theme.LINE),
        Text(x=x + 20, y=y + 16, w=348, h=52, text=label, size=30, color=theme.MUTED, on=theme.CARD, align="center"),
        Text(
            x=x + 20,
            y=y + 70,
            w=348,
            h=92,
            text=value,
            size=52,
            color=theme.BLUE,
            on=theme.CARD,
            bold=True,
            align="center",
        ),
    )


def _note(shown: Note, at: Surroundings) -> Scene:
    return (
        Picture(x=250, y=BODY_TOP + 220, w=580, h=460, name=shown.picture),
        title(at.texts(shown.title), y=BODY_TOP + 720, h=200, size=68),
        sentence(at.texts(shown.what_to_do), y=BODY_TOP + 930, h=200, size=44),
    )


def _keys(state: State, at: Surroundings) -> Scene:
    over = ("start_over", ev.StartedOver(), at.texts("Start over"))
    again = ("try_again", ev.TriedAgain(), at.texts("Try again"))
    on_screen = ("take_on_screen", ev.TookOnScreen(), at.texts("Number on this screen"))
    offered = {
        Screen.CARD_ERROR: (("begin", ev.Began(), at.texts("Continue without it")), over),
        Screen.OUT_OF_PAPER: (on_screen, again, over),
        Screen.COVER_OPEN: (on_screen, again, over),
        Screen.PRINTER_GONE: (on_screen, again, over),
        Screen.NO_ANSWER: (again, over),
        Screen.REFUSED: (("back", ev.WentBack(), at.texts("Choose another matter")), over),
    }.get(state.screen)
    if offered is None:
        return _language_key(state) if state.screen is Screen.SERVER_AWAY else ()
    (name, event, text), *others = offered
    parts: list[Element] = [*key(name, event, text, x=140, y=KEYS_TOP - 190, w=800, h=160, primary=True, size=54)]
    w = (800 - theme.GAP * (len(others) - 1)) / len(others)
    for index, (other, wish, label) in enumerate(others):
        parts += key(other, wish, label, x=140 + index * (w + theme.GAP), y=KEYS_TOP, w=w)
    return tuple(parts)


def _language_key(state: State) -> Scene:
    language, own_name = ANOTHER_LANGUAGE[state.language]
    return key(
        "language", ev.LanguageSwitched(language), own_name, x=theme.EDGE + theme.COLUMN - 260, y=KEYS_TOP, w=260
    )
