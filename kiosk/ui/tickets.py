"""The screens that show a number: on paper in the visitor's hand, or on this screen with a QR code."""

from kiosk.flow import events as ev
from kiosk.flow.state import State, Ticket
from kiosk.ui import theme
from kiosk.ui.elements import Box, Element, Picture, Qr, Scene, Text
from kiosk.ui.frame import BODY_END, BODY_TOP, key, notice, sentence, title
from kiosk.ui.wording import Surroundings, ahead_text, counters_text, name_of, wait_text, zone_text

TO_TAKE = {  # (is there paper, is there a document): picture and headline
    (True, True): ("take_both", "Please take your ticket and your document"),
    (True, False): ("take_ticket", "Please take your ticket"),
    (False, True): ("take_card", "Please take your document"),
    (False, False): ("thanks", "Thank you"),
}
KEYS_TOP = BODY_END - theme.KEY_H - 30


def ticket(state: State, at: Surroundings) -> Scene:
    """The number, where to go, and how long it may take."""
    if state.ticket is None:
        return ()
    return (
        title(at.texts("Your number"), y=BODY_TOP + 150),
        sentence(at.texts("Your ticket has been printed. Please take it from the slot."), y=BODY_TOP + 246, h=80),
        *_paper(state, at, top=BODY_TOP + 350, number_h=320, rows_pitch=104),
        *_known_later(state, at, y=BODY_TOP + 1270),
        *_finish(state, at, at.texts("Done")),
    )


def no_paper_ticket(state: State, at: Surroundings) -> Scene:
    """The number stays valid without paper: photograph it, or scan the code."""
    if state.ticket is None:
        return ()
    chosen = state.attempt is not None and state.attempt.on_screen
    why = (
        at.texts("Your number is valid without paper.")
        if chosen
        else at.texts("The ticket could not be printed. Your number is valid all the same.")
    )
    keep = at.texts("Please scan the code or take a photograph of this screen to keep your number.")
    qr = 300.0
    top = BODY_TOP + 960
    return (
        *notice(why, y=BODY_TOP + 142, h=92),
        *_paper(state, at, top=BODY_TOP + 256, number_h=236, rows_pitch=76),
        Box(x=theme.EDGE, y=top + 56, w=theme.COLUMN, h=qr + 40, fill=theme.CARD, radius=theme.RADIUS, line=theme.LINE),
        Qr(x=theme.EDGE + 30, y=top + 76, w=qr, h=qr, content=state.ticket.status_url),
        Text(
            x=theme.EDGE + qr + 60,
            y=top + 96,
            w=theme.COLUMN - qr - 100,
            h=240,
            size=38,
            color=theme.INK,
            on=theme.CARD,
            text=keep,
        ),
        *_finish(state, at, at.texts("I have kept my number")),
    )


def take_away(state: State, at: Surroundings) -> Scene:
    """The last screen of a visit: take what there is to take."""
    has_paper = state.attempt is not None and not state.attempt.on_screen and state.cause is None
    picture, what = TO_TAKE[has_paper, state.person is not None]
    return (
        Picture(x=190, y=BODY_TOP + 230, w=700, h=700, name=picture),
        title(at.texts(what), y=BODY_TOP + 980, h=200, size=68),
        sentence(at.texts("Please watch for your number on the call display. Goodbye!"), y=BODY_TOP + 1190),
        *key("finish", ev.Finished(), at.texts("Next visitor"), x=290, y=KEYS_TOP, w=500),
    )


def _paper(state: State, at: Surroundings, *, top: float, number_h: float, rows_pitch: float) -> Scene:
    """What a paper ticket would say: the number in its band, then a row for each fact."""
    shown = state.ticket
    if shown is None:
        return ()
    rows = _rows(state, shown, at)
    x, w = theme.EDGE + 20, theme.COLUMN - 40
    height = number_h + 40 + len(rows) * rows_pitch
    parts: list[Element] = [
        Box(x=x, y=top, w=w, h=height, fill=theme.CARD, radius=theme.RADIUS, line=theme.LINE),
        *_number_band(shown.display_number, x=x, y=top, w=w, h=number_h),
    ]
    for row, (label, value) in enumerate(rows):
        y = top + number_h + 12 + row * rows_pitch
        if row:
            parts.append(Box(x=x + 40, y=y, w=w - 80, h=2, fill=theme.LINE))
        parts += _row(label, value, x=x, y=y + 4, w=w, h=rows_pitch - 8)
    return tuple(parts)


def _known_later(state: State, at: Surroundings, *, y: float) -> Scene:
    """A number that was drawn while the server was away is as good as any, and promises no place."""
    if state.ticket is None or state.ticket.ahead_count is not None:
        return ()
    return notice(at.texts("Your number is valid. Your place in line will be known later."), y=y)


def _rows(state: State, shown: Ticket, at: Surroundings) -> list[tuple[str, str]]:
    rows = [
        (at.texts("Matter"), name_of(at.plan.items[shown.item_key], at)),
        (at.texts("Area"), zone_text(shown.prefix, at)),
        (at.texts("Windows"), counters_text(shown.prefix, at)),
        (at.texts("Ahead of you"), ahead_text(shown.ahead_count, at.texts)),
    ]
    if shown.ahead_count is not None:
        rows.append((at.texts("Expected wait"), wait_text(shown.wait_p50_s, shown.wait_p90_s, at.texts)))
    if state.person is not None:
        rows.append((at.texts("Document"), state.person.masked_number.lstrip("*").rjust(8, "*")))
    return rows


def _number_band(number: str, *, x: float, y: float, w: float, h: float) -> Scene:
    size = min(200, h * 0.62)
    return (
        Box(x=x + 3, y=y + 3, w=w - 6, h=h - 10, fill=theme.SKY, radius=theme.RADIUS - 3),
        Box(x=x + 3, y=y + h - 60, w=w - 6, h=53, fill=theme.SKY),  # its lower corners are square
        Text(
            x=x + 20, y=y + 8, w=w - 40, h=h - 18, text=number, size=size, color=theme.BLUE, on=theme.SKY, bold=True,
            align="center",
        ),
    )  # fmt: skip


def _row(label: str, value: str, *, x: float, y: float, w: float, h: float) -> Scene:
    return (
        Text(x=x + 44, y=y, w=236, h=h, text=label, size=32, color=theme.MUTED, on=theme.CARD),
        Text(
            x=x + 284, y=y, w=w - 328, h=h, text=value, size=38, color=theme.INK, on=theme.CARD, bold=True,
            align="right",
        ),
    )  # fmt: skip


def _finish(state: State, at: Surroundings, text: str) -> Scene:
    if state.remaining_s is not None:
        text = at.texts("{text} ({seconds})", text=text, seconds=state.remaining_s)
    return key("finish", ev.Finished(), text, x=190, y=KEYS_TOP, w=700, primary=True, size=46)
