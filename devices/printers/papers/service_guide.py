"""The service guide to take along (办事指南): what a visitor asks of the 26 elements, and every material."""

from msgspec import Struct

from devices.printers.blocks import Block, Code, Rows, Section, Text
from devices.printers.papers.heading import Material, Signer, foot, head, materials_table, numbered
from hall.texts import Texts


class ServiceGuideFace(Struct, frozen=True, kw_only=True):
    """One guide in words that are ready to be read; what is empty is left out.

    Attributes:
        limits: legal and promised, in words.
        fee: in words; "" is not "no fee", so say "不收费" where there is none.
    """

    hall_name: str
    matter: str
    item_code: str
    implementing_body: str
    audience: str
    acceptance_conditions: tuple[str, ...]
    legal_limit: str
    promised_limit: str
    visits: str
    fee: str
    materials: tuple[Material, ...]
    steps: tuple[str, ...]
    place: str
    hours: str
    enquiry: str
    complaint: str
    guide_version: str
    qr_url: str
    signer: Signer


def service_guide(face: ServiceGuideFace, texts: Texts) -> tuple[Block, ...]:
    """Lay a guide out: what to bring before how it goes on."""
    words = (
        Text(texts("Scan to read the whole guide"), bold=True),
        Text(texts("Guide version {version}", version=face.guide_version)),
    )
    return (
        *head(face.hall_name, texts("Service guide"), texts),
        _about(face, texts),
        *materials_table(texts("What to bring"), face.materials, texts),
        *numbered(texts("Conditions"), face.acceptance_conditions),
        *numbered(texts("Steps"), face.steps),
        Section(texts("Where and when")),
        _where(face, texts),
        Code(face.qr_url, words),
        *foot(face.signer, texts),
    )


def _about(face: ServiceGuideFace, texts: Texts) -> Rows:
    return Rows(
        (
            (texts("Matter"), face.matter),
            (texts("Item code"), face.item_code),
            (texts("Implementing body"), face.implementing_body),
            (texts("For whom"), face.audience),
            (texts("Legal limit"), face.legal_limit),
            (texts("Promised limit"), face.promised_limit),
            (texts("Visits needed"), face.visits),
            (texts("Fee"), face.fee),
        )
    )


def _where(face: ServiceGuideFace, texts: Texts) -> Rows:
    return Rows(
        (
            (texts("Place"), face.place),
            (texts("Hours"), face.hours),
            (texts("Enquiries"), face.enquiry),
            (texts("Complaints"), face.complaint),
        )
    )
