"""What a ticket says. It names no person: of an identity number only the tail, and the caller passes nothing more."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import structs

from devices.printers.blocks import (
    Beside,
    Block,
    Boxes,
    Code,
    Columns,
    Ends,
    Number,
    Pills,
    Rows,
    Rule,
    Size,
    Text,
    Title,
)
from hall.scripts import Scripts
from hall.texts import Texts

USUAL_HINTS = (
    "Please listen for your number.",
    "If you miss your call, go to the guide desk.",
    "Valid today only.",
)


class Mark(StrEnum):
    """Why a ticket is called in another order than it was drawn in; its English text."""

    BOOKED = "Booked"
    GREEN_CHANNEL = "Green channel"
    PRIORITY = "Priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFace:
    """Everything that is printed on one ticket, in words that are ready to be read.

    Attributes:
        ahead_count: people called before; None when only the server knows and does not answer.
        wait: an expected wait in words (`wording.wait_range`); None while no counter is open.
        identity_tail: the last characters of the number shown at the kiosk, at most 6.
        issued_at: aware, in the hall's zone.
        hints: English texts, looked up in the translations.
        marks: shown beside "reprint", if it is one.
        guide_version: of the service guide that applies to the matter.
        hall_name_mn, matter_mn, zone_mn: the same in Mongolian, as a translator gave them; None: Chinese only.
    """

    hall_name: str
    display_number: str
    matter: str
    department: str
    zone: str
    counters: str
    ahead_count: int | None
    issued_at: datetime
    kiosk_id: str
    qr_url: str
    wait: str | None = None
    identity_tail: str | None = None
    is_copy: bool = False
    hints: tuple[str, ...] = USUAL_HINTS
    marks: tuple[Mark, ...] = ()
    guide_version: str | None = None
    hall_name_mn: str | None = None
    matter_mn: str | None = None
    zone_mn: str | None = None

    def __post_init__(self) -> None:
        if self.identity_tail is not None and len(self.identity_tail.strip("*")) > 6:
            raise ValueError("identity_tail: a ticket shows at most 6 characters of an identity number")
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at: an aware datetime is needed")


def ticket(face: TicketFace, texts: Texts, scripts: Scripts = Scripts.ZH_ONLY) -> tuple[Block, ...]:
    """Lay a ticket out.

    Args:
        scripts: where Mongolian stands, for the faces that have any.
    """
    return (
        *_with_mongolian((Title(face.hall_name),), (face.hall_name_mn,), Size.HALL, scripts),
        Rule(thick=True),
        Text(texts("Your number"), centred=True),
        Number(face.display_number),
        *_pills(face, texts),
        Rule(),
        *_with_mongolian((_matter(face, texts),), (face.matter_mn, face.zone_mn), Size.VALUE, scripts),
        _waiting(face, texts),
        Code(face.qr_url, _words(face, texts)),
        Rule(dashed=True),
        Ends(f"{face.issued_at:%Y-%m-%d %H:%M}", texts("Kiosk {kiosk_id}", kiosk_id=face.kiosk_id)),
    )


def _with_mongolian(
    chinese: tuple[Block, ...], mongolian: tuple[str | None, ...], size: Size, scripts: Scripts
) -> tuple[Block, ...]:
    """Both scripts in the wanted order; a text without a translation is Chinese only."""
    columns = Columns(tuple(text for text in mongolian if text), size)
    if not columns.texts:
        return chinese
    match scripts:
        case Scripts.ZH_ONLY:
            return chinese
        case Scripts.MN_ABOVE_ZH:
            return (columns, *chinese)
        case Scripts.ZH_ABOVE_MN:
            return (*chinese, columns)
        case Scripts.MN_LEFT_ZH:
            return (Beside(columns, tuple(map(_unshrunk, chinese))),)


def _unshrunk(block: Block) -> Block:
    """Both scripts stand in one size."""
    return structs.replace(block, shrinks=False) if isinstance(block, Title) else block


def _pills(face: TicketFace, texts: Texts) -> tuple[Block, ...]:
    marks = ([texts("Reprint")] if face.is_copy else []) + [texts(mark) for mark in face.marks]
    return (Pills(tuple(marks)),) if marks else ()


def _matter(face: TicketFace, texts: Texts) -> Rows:
    return Rows(
        (
            (texts("Matter"), face.matter),
            (texts("Department"), face.department),
            (texts("Area"), face.zone),
            (texts("Windows"), face.counters),
            (texts("ID number ends"), face.identity_tail or ""),
        )
    )


def _waiting(face: TicketFace, texts: Texts) -> Boxes:
    """How many are ahead, and how long that may take."""
    ahead = (texts("Ahead of you"), _people(face.ahead_count, texts))
    return Boxes((ahead,) if face.wait is None else (ahead, (texts("Expected wait"), face.wait)))


def _words(face: TicketFace, texts: Texts) -> tuple[Text, ...]:
    hints = [texts(hint) for hint in face.hints]
    if face.guide_version is not None:
        hints.append(texts("Guide version {version}", version=face.guide_version))
    return (Text(texts("Scan to follow your place in the queue"), bold=True), *map(Text, hints))


def _people(count: int | None, texts: Texts) -> str:
    if count is None:
        return texts("known later")
    return texts("1 person") if count == 1 else texts("{count} people", count=count)
