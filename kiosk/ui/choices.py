"""The screens with choices: queues, then the matters of one queue, at most six on a page."""

from collections.abc import Sequence
from typing import TypeVar

from kiosk.flow import events as ev
from kiosk.flow.state import PAGE_SIZE, QueueFacts, State
from kiosk.ui import theme
from kiosk.ui.elements import Box, Element, Key, Picture, Scene, Text
from kiosk.ui.frame import BODY_END, BODY_TOP, key, notice, sentence, title
from kiosk.ui.wording import Surroundings, name_of, open_text, zone_text

T = TypeVar("T")

LIST_TOP, CARD_H, PITCH = BODY_TOP + 356, 166, 182
KEYS_TOP = BODY_END - theme.KEY_H - 20


def page_of(choices: Sequence[T], page: int) -> tuple[Sequence[T], int, int]:
    """One page of choices, its number counted from 0 and how many pages there are; a page too far is the last."""
    pages = max(1, -(-len(choices) // PAGE_SIZE))
    page = min(page, pages - 1)
    return choices[page * PAGE_SIZE : (page + 1) * PAGE_SIZE], page, pages


def choose_queue(state: State, at: Surroundings) -> Scene:
    """Which line to join."""
    shown, page, pages = page_of(list(at.plan.queues.values()), state.page)
    greeting = (
        at.texts("Hello, {name}. Your document was read.", name=state.person.masked_name)
        if state.person
        else at.texts("You are taking a number without a document.")
    )
    parts: list[Element] = [
        title(at.texts("Please choose a service"), y=BODY_TOP + 160),
        sentence(greeting, y=BODY_TOP + 260, h=76, size=36),
    ]
    for row, queue in enumerate(shown):
        name, y = name_of(queue, at), LIST_TOP + row * PITCH
        parts += _card(f"queue:{queue.prefix}", ev.QueueChosen(queue.prefix), name, zone_text(queue.prefix, at), y, 560)
        parts += _badge(queue.prefix, y)
        if state.facts.is_offline:
            parts += _without_server(queue.prefix in state.facts.offline, y, at)
        else:
            parts += _crowd(state.facts.queue(queue.prefix), y, at)
    return (*parts, *_foot(page, pages, at, back=False))


def choose_matter(state: State, at: Surroundings) -> Scene:
    """What to come for."""
    prefix = state.prefix or ""
    shown, page, pages = page_of(at.plan.items_of(prefix), state.page)
    parts: list[Element] = [title(at.texts("Please choose your matter"), y=BODY_TOP + 160)]
    facts = None if state.facts.is_offline else state.facts.queue(prefix)
    if facts is not None and facts.open_counters == 0:
        parts += notice(
            at.texts("No window of this service is open now. You may take a number and wait."), y=BODY_TOP + 254, h=90
        )
    else:
        parts.append(sentence(name_of(at.plan.queues[prefix], at), y=BODY_TOP + 260, h=76, size=36))
    for row, item in enumerate(shown):
        y = LIST_TOP + row * PITCH
        # departments have only their own name: the catalogue gives no other
        parts += _card(f"matter:{item.key}", ev.MatterChosen(item.key), name_of(item, at), item.department, y, 740)
        parts += _badge(prefix, y)
        parts.append(Picture(x=theme.EDGE + theme.COLUMN - 84, y=y + CARD_H / 2 - 26, w=52, h=52, name="onward"))
    return (*parts, *_foot(page, pages, at, back=True))


def _card(name: str, event: ev.Event, text: str, second: str, y: float, text_w: float) -> Scene:
    x = theme.EDGE
    return (
        Box(x=x, y=y, w=theme.COLUMN, h=CARD_H, fill=theme.CARD, radius=theme.RADIUS, line=theme.LINE),
        Text(x=x + 154, y=y + 12, w=text_w - 30, h=86, text=text, size=42, color=theme.INK, on=theme.CARD, bold=True),
        Text(x=x + 154, y=y + 98, w=text_w - 30, h=56, text=second, size=28, color=theme.MUTED, on=theme.CARD),
        Key(x=x, y=y, w=theme.COLUMN, h=CARD_H, name=name, event=event, text=text, radius=theme.RADIUS),
    )


def _badge(prefix: str, y: float) -> Scene:
    x, top = theme.EDGE + 28, y + (CARD_H - 102) / 2
    return (
        Box(x=x, y=top, w=102, h=102, fill=theme.BLUE, radius=28),
        Text(
            x=x, y=top, w=102, h=102, text=prefix, size=58, color=theme.WHITE, on=theme.BLUE, bold=True, align="center"
        ),
    )


def _crowd(facts: QueueFacts | None, y: float, at: Surroundings) -> Scene:
    """How many wait and how many windows are open."""
    x, w = theme.EDGE + 690, 240
    if facts is None:
        return ()
    waiting = at.texts("{count} waiting", count=facts.waiting)
    if facts.open_counters:
        fill, ink, text = theme.GREEN_PALE, theme.GREEN, open_text(facts.open_counters, at.texts)
    else:
        fill, ink, text = theme.AMBER_PALE, theme.AMBER, at.texts("no window open")
    return (
        Text(
            x=x, y=y + 14, w=w, h=72, text=waiting, size=38, color=theme.NAVY, on=theme.CARD, bold=True, align="right"
        ),
        Box(x=x, y=y + 94, w=w, h=54, fill=fill, radius=27),
        Text(x=x + 14, y=y + 94, w=w - 28, h=54, text=text, size=28, color=ink, on=fill, align="center"),
    )


def _without_server(has_numbers: bool, y: float, at: Surroundings) -> Scene:
    """While the server is away: whether this kiosk has numbers of a queue."""
    if has_numbers:
        return ()
    x, fill, ink = theme.EDGE + 690, theme.AMBER_PALE, theme.AMBER
    return (
        Box(x=x, y=y + 94, w=240, h=54, fill=fill, radius=27),
        Text(
            x=x + 14,
            y=y + 94,
            w=212,
            h=54,
            text=at.texts("no numbers now"),
            size=28,
            color=ink,
            on=fill,
            align="center",
        ),
    )


def _foot(page: int, pages: int, at: Surroundings, *, back: bool) -> Scene:
    """Ways out on the left; pages, if there are more than one, on the right."""
    parts: list[Element] = []
    x = float(theme.EDGE)
    if back:
        parts += key("back", ev.WentBack(), at.texts("Back"), x=x, y=KEYS_TOP, w=200, size=38)
        x += 200 + theme.GAP
    parts += key("start_over", ev.StartedOver(), at.texts("Start over"), x=x, y=KEYS_TOP, w=226, size=38)
    return (*parts, *_pager(page, pages, at)) if pages > 1 else tuple(parts)


def _pager(page: int, pages: int, at: Surroundings) -> Scene:
    end, count = theme.EDGE + theme.COLUMN, f"{page + 1}/{pages}"
    parts: list[Element] = [
        Text(
            x=end - 506, y=KEYS_TOP, w=82, h=theme.KEY_H, text=count, size=36, color=theme.MUTED, on=theme.PAPER,
            align="center",
        )
    ]  # fmt: skip
    if page > 0:
        turn, text = ev.PageTurned(page - 1), at.texts("Previous")
        parts += key("previous_page", turn, text, x=end - 420, y=KEYS_TOP, w=200, size=38)
    if page < pages - 1:
        turn, text = ev.PageTurned(page + 1), at.texts("Next")
        parts += key("next_page", turn, text, x=end - 196, y=KEYS_TOP, w=196, size=38, primary=True)
    return tuple(parts)
