"""The one-time notice (一次性告知书): basis, limit, steps, every paper, and why a case may be refused, all at once.

Source: the domain's A-096 to A-098; what is missing is listed in one go, with the way to mend each.
"""

from msgspec import Struct

from devices.printers.blocks import Block, Code, Rows, Section, Text, WritingLine
from devices.printers.papers.heading import Material, Signer, foot, head, materials_table, numbered
from hall.texts import Texts


class Missing(Struct, frozen=True, kw_only=True):
    """A paper that is missing or flawed, and how to mend it."""

    name: str
    how: str


class OneTimeNoticeFace(Struct, frozen=True, kw_only=True):
    """Everything on one notice; empty lists leave their section out.

    Attributes:
        legal_basis, steps, refusal_reasons: a text an entry, in the order to be read.
        limit: in words, e.g. "法定30个工作日，承诺15个工作日".
        missing: all of them; with any the paper is a correction notice too.
    """

    hall_name: str
    matter: str
    item_code: str
    department: str
    limit: str
    legal_basis: tuple[str, ...]
    steps: tuple[str, ...]
    materials: tuple[Material, ...]
    refusal_reasons: tuple[str, ...]
    enquiry: str
    signer: Signer
    missing: tuple[Missing, ...] = ()
    qr_url: str | None = None
    is_copy: bool = False


def one_time_notice(face: OneTimeNoticeFace, texts: Texts) -> tuple[Block, ...]:
    """Lay a notice out; what is missing comes first."""
    rows = Rows(
        (
            (texts("Matter"), face.matter),
            (texts("Item code"), face.item_code),
            (texts("Department"), face.department),
            (texts("Time limit"), face.limit),
            (texts("Enquiries"), face.enquiry),
        )
    )
    code = (
        () if face.qr_url is None else (Code(face.qr_url, (Text(texts("Scan to read the whole guide"), bold=True),)),)
    )
    return (
        *head(face.hall_name, texts("One-time notice"), texts, is_copy=face.is_copy),
        rows,
        *_missing(face, texts),
        *materials_table(texts("All materials"), face.materials, texts),
        *numbered(texts("Steps"), face.steps),
        *numbered(texts("Refused where"), face.refusal_reasons),
        *numbered(texts("Legal basis"), face.legal_basis),
        *code,
        WritingLine(texts("Signature of the applicant")),
        WritingLine(texts("Signature of the clerk")),
        *foot(face.signer, texts),
    )


def _missing(face: OneTimeNoticeFace, texts: Texts) -> tuple[Block, ...]:
    if not face.missing:
        return ()
    lines = tuple(Text(f"{one.name}：{one.how}", mark="□", bold=True) for one in face.missing)
    return (Section(texts("To be corrected, all at once")), *lines)
