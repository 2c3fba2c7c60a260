"""The acceptance receipt (受理回执): that papers were taken, which ones, and by when the case is decided."""

from datetime import date

from msgspec import Struct

from devices.printers.blocks import Block, Code, Rows, Text
from devices.printers.papers.heading import Material, Signer, foot, head, materials_table
from hall.texts import Texts


class AcceptanceReceiptFace(Struct, frozen=True, kw_only=True):
    """Everything on one receipt.

    Attributes:
        applicant: masked, e.g. "测**": paper is lost and found.
        limit: the promised limit in words, e.g. "15个工作日".
        collect: how the result is fetched, in words.
        guide_version: of the service guide that applied.
    """

    hall_name: str
    acceptance_no: str
    matter: str
    item_code: str
    applicant: str
    limit: str
    due_on: date | None
    collect: str
    materials: tuple[Material, ...]
    enquiry: str
    guide_version: str
    qr_url: str
    signer: Signer
    is_copy: bool = False

    def __post_init__(self) -> None:
        """Refuse a name that is not masked; the message does not repeat it."""
        if "*" not in self.applicant:
            raise ValueError("applicant: a receipt shows a masked name only")


def acceptance_receipt(face: AcceptanceReceiptFace, texts: Texts) -> tuple[Block, ...]:
    """Lay a receipt out."""
    rows = Rows(
        (
            (texts("Acceptance no."), face.acceptance_no),
            (texts("Matter"), face.matter),
            (texts("Item code"), face.item_code),
            (texts("Applicant"), face.applicant),
            (texts("Promised limit"), face.limit),
            (texts("Decided by"), "" if face.due_on is None else face.due_on.isoformat()),
            (texts("Collection"), face.collect),
            (texts("Enquiries"), face.enquiry),
        )
    )
    words = (
        Text(texts("Scan to follow your case"), bold=True),
        Text(texts("Keep this receipt: you need it to collect the result.")),
        Text(texts("Guide version {version}", version=face.guide_version)),
    )
    return (
        *head(face.hall_name, texts("Acceptance receipt"), texts, is_copy=face.is_copy),
        rows,
        *materials_table(texts("Papers received"), face.materials, texts),
        Code(face.qr_url, words),
        *foot(face.signer, texts),
    )
