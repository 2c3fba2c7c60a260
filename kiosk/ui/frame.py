"""What every screen shares: the header with the hall's name and the time, the way through a visit, keys, the footer."""

from kiosk.flow.events import Event
from kiosk.flow.screens import Screen
from kiosk.ui import theme
from kiosk.ui.elements import HEIGHT, WIDTH, Box, Element, Key, Picture, Scene, Text
from kiosk.ui.wording import Surroundings, date_text, name_of

HEADER_H, FOOTER_H = 184, 128
BODY_TOP, BODY_END = HEADER_H, HEIGHT - FOOTER_H
STAGES = ("Document", "Service", "Matter", "Ticket")
STAGE_OF = {
    Screen.READING: 0,
    Screen.CARD_ERROR: 0,
    Screen.CHOOSE_QUEUE: 1,
    Screen.CHOOSE_MATTER: 2,
    Screen.CHECKING_PAPER: 3,
    Screen.OUT_OF_PAPER: 3,
    Screen.COVER_OPEN: 3,
    Screen.PRINTER_GONE: 3,
    Screen.ISSUING: 3,
    Screen.NO_ANSWER: 3,
    Screen.REFUSED: 3,
    Screen.PRINTING: 3,
    Screen.TICKET: 3,
    Screen.NO_PAPER_TICKET: 3,
    Screen.TAKE_AWAY: 3,
}


def frame(screen: Screen, at: Surroundings) -> Scene:
    """Header, footer, and where the visitor is on the way."""
    return (
        Box(x=0, y=0, w=WIDTH, h=HEIGHT, fill=theme.PAPER),
        *_header(at),
        *_footer(at),
        *(_stages(STAGE_OF[screen], at) if screen in STAGE_OF else ()),
    )


def _header(at: Surroundings) -> Scene:
    return (
        Box(x=0, y=0, w=WIDTH, h=HEADER_H, fill=theme.NAVY),
        Box(x=0, y=HEADER_H - 6, w=WIDTH, h=6, fill=theme.BLUE),
        Picture(x=theme.EDGE, y=42, w=96, h=96, name="hall"),
        Text(x=180, y=24, w=560, h=82, text=name_of(at.plan, at), size=46, color=theme.WHITE, on=theme.NAVY, bold=True),
        Text(x=180, y=106, w=500, h=52, text=at.texts("Take a number"), size=30, color=theme.HAZE, on=theme.NAVY),
        Text(
            x=760,
            y=20,
            w=260,
            h=86,
            text=f"{at.now:%H:%M}",
            size=58,
            color=theme.WHITE,
            on=theme.NAVY,
            bold=True,
            align="right",
        ),
        Text(
            x=700,
            y=106,
            w=320,
            h=52,
            text=date_text(at.now, at.texts),
            size=28,
            color=theme.HAZE,
            on=theme.NAVY,
            align="right",
        ),
    )


def _footer(at: Surroundings) -> Scene:
    top = HEIGHT - FOOTER_H
    help_text = at.texts("Need help? Please ask at the guide desk.")
    return (
        Box(x=0, y=top, w=WIDTH, h=FOOTER_H, fill=theme.SKY),
        Text(x=theme.EDGE, y=top + 24, w=780, h=80, text=help_text, size=34, color=theme.NAVY, on=theme.SKY),
        Text(x=860, y=top + 24, w=160, h=80, text=at.kiosk_id, size=30, color=theme.NAVY, on=theme.SKY, align="right"),
    )


def _stages(current: int, at: Surroundings) -> Scene:
    """The way through a visit: a line with a numbered dot for each stage, filled as far as the visitor has come."""
    top, w = HEADER_H + 26, theme.COLUMN / len(STAGES)
    parts: list[Element] = [
        Box(x=theme.EDGE + w / 2, y=top + 27, w=theme.COLUMN - w, h=6, fill=theme.LINE, radius=3),
        Box(x=theme.EDGE + w / 2, y=top + 27, w=w * current, h=6, fill=theme.BLUE, radius=3),
    ]
    for index, stage in enumerate(STAGES):
        x, reached, name = theme.EDGE + w * index, index <= current, at.texts(stage)
        ink = theme.NAVY if reached else theme.MUTED
        parts += _dot(str(index + 1), x=x + w / 2 - 30, y=top, reached=reached)
        parts.append(
            Text(
                x=x + 10, y=top + 62, w=w - 20, h=52, text=name, size=28, color=ink, on=theme.PAPER,
                bold=index == current, align="center",
            )
        )  # fmt: skip
    return tuple(parts)


def _dot(number: str, *, x: float, y: float, reached: bool) -> Scene:
    fill, ink, line = (theme.BLUE, theme.WHITE, theme.BLUE) if reached else (theme.CARD, theme.MUTED, theme.LINE)
    return (
        Box(x=x, y=y, w=60, h=60, fill=fill, radius=30, line=line),
        Text(x=x, y=y, w=60, h=60, text=number, size=32, color=ink, on=fill, bold=True, align="center"),
    )


def key(
    name: str,
    event: Event,
    text: str,
    *,
    x: float,
    y: float,
    w: float,
    h: float = theme.KEY_H,
    primary: bool = False,
    size: float = 42,
) -> Scene:
    """A key with a text: primary is the one that most visitors want."""
    fill, ink = (theme.BLUE, theme.WHITE) if primary else (theme.CARD, theme.NAVY)
    return (
        Box(x=x, y=y, w=w, h=h, fill=fill, radius=theme.RADIUS, line=theme.BLUE, line_px=3),
        Text(
            x=x + 20, y=y + 10, w=w - 40, h=h - 20, text=text, size=size, color=ink, on=fill, bold=True, align="center"
        ),
        Key(x=x, y=y, w=w, h=h, name=name, event=event, text=text, radius=theme.RADIUS),
    )


def title(text: str, *, y: float, h: float = 96, size: float = 60) -> Text:
    """A screen's headline."""
    return Text(
        x=theme.EDGE,
        y=y,
        w=theme.COLUMN,
        h=h,
        text=text,
        size=size,
        color=theme.NAVY,
        on=theme.PAPER,
        bold=True,
        align="center",
    )


def sentence(text: str, *, y: float, h: float = 130, size: float = 40) -> Text:
    """A plain sentence under a headline."""
    return Text(
        x=theme.EDGE + 20,
        y=y,
        w=theme.COLUMN - 40,
        h=h,
        text=text,
        size=size,
        color=theme.INK,
        on=theme.PAPER,
        align="center",
    )


def notice(text: str, *, y: float, h: float = 110) -> Scene:
    """A strip that says what does not work; its sign says so without colour."""
    return (
        Box(x=theme.EDGE, y=y, w=theme.COLUMN, h=h, fill=theme.AMBER_PALE, radius=20, line=theme.AMBER_LINE),
        Picture(x=theme.EDGE + 26, y=y + h / 2 - 28, w=56, h=56, name="warning"),
        Text(
            x=theme.EDGE + 106,
            y=y + 6,
            w=theme.COLUMN - 136,
            h=h - 12,
            text=text,
            size=32,
            color=theme.AMBER,
            on=theme.AMBER_PALE,
        ),
    )
