"""The mandate (授权委托书): an assistant may act for somebody; filled in and signed by hand, with a strip to keep.

No person's name, number or telephone is ever printed: there are lines to write them on.
"""

from msgspec import Struct

from devices.printers.blocks import Block, Code, Rows, Rule, Section, Size, Space, Text, Title, WritingLine
from devices.printers.papers.heading import Material, Signer, foot, head, materials_table, numbered
from hall.texts import Texts


class MandateFace(Struct, frozen=True, kw_only=True):
    """Everything that is printed on one mandate; the rest is written on it.

    Attributes:
        agent: who acts, by office and staff number, e.g. "帮办代办窗口 工号T0050".
        scope: what the agent may do, a text an entry.
        period: from when to when, in words.
        limit: the promised limit in words.
    """

    hall_name: str
    mandate_no: str
    matter: str
    agent: str
    agent_phone: str
    scope: tuple[str, ...]
    period: str
    materials: tuple[Material, ...]
    limit: str
    signer: Signer
    qr_url: str | None = None
    is_copy: bool = False


def mandate(face: MandateFace, texts: Texts) -> tuple[Block, ...]:
    """Lay a mandate out, with the principal's strip below the dashed line."""
    return (
        *head(face.hall_name, texts("Mandate"), texts, is_copy=face.is_copy),
        Rows(
            (
                (texts("Mandate no."), face.mandate_no),
                (texts("Matter"), face.matter),
                (texts("Agent"), face.agent),
                (texts("Agent's telephone"), face.agent_phone),
                (texts("Valid"), face.period),
            )
        ),
        Section(texts("Principal")),
        WritingLine(texts("Name")),
        WritingLine(texts("ID number")),
        WritingLine(texts("Telephone")),
        *numbered(texts("The agent may"), face.scope),
        *materials_table(texts("Papers handed over"), face.materials, texts),
        Section(texts("Before you sign")),
        Text(
            texts("The mandate is voluntary and free of charge; it can be taken back at any time before the decision.")
        ),
        Text(texts("The principal answers for the truth of the papers handed over.")),
        WritingLine(texts("Signature of the principal")),
        WritingLine(texts("Signature of the agent")),
        WritingLine(texts("Date")),
        *_strip(face, texts),
        *foot(face.signer, texts),
    )


def _strip(face: MandateFace, texts: Texts) -> tuple[Block, ...]:
    code = () if face.qr_url is None else (Code(face.qr_url, (Text(texts("Scan to follow your case"), bold=True),)),)
    return (
        Space(),
        Rule(dashed=True),
        Title(texts("Receipt for the principal"), Size.VALUE),
        Space(),
        Rows(
            (
                (texts("Mandate no."), face.mandate_no),
                (texts("Matter"), face.matter),
                (texts("Promised limit"), face.limit),
                (texts("Agent's telephone"), face.agent_phone),
            )
        ),
        *code,
    )
