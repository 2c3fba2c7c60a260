"""How every paper but the ticket begins and ends, and how lists and materials stand on all of them."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from devices.printers.blocks import Block, Ends, Pills, Rule, Section, Size, Space, Table, Text, Title
from hall.texts import Texts


class Material(Struct, frozen=True, kw_only=True):
    """A paper that has to be handed in.

    Attributes:
        form: "original" or the like, in words; "" where it does not matter.
        copies: how many; 0: it is shared between offices and not asked for.
        note: under which condition, or that it may follow later; in words.
    """

    name: str
    form: str = ""
    copies: int = 1
    note: str = ""


class Signer(Struct, frozen=True, kw_only=True):
    """Where and when a paper was given out; a clerk is named by the staff number alone."""

    issued_at: datetime  # aware, in the hall's zone
    counter: str  # e.g. "9号窗口" or "自助机 K01"
    staff_no: str = ""

    def __post_init__(self) -> None:
        """Refuse a time without a zone."""
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at: an aware datetime is needed")


def head(hall_name: str, title: str, texts: Texts, *, is_copy: bool = False) -> tuple[Block, ...]:
    """The hall, what paper this is, and whether it is a reprint."""
    pills = (Pills((texts("Reprint"),)),) if is_copy else ()
    return (Title(hall_name, Size.VALUE), Space(), Title(title, Size.TITLE), *pills, Rule(thick=True))


def foot(signer: Signer, texts: Texts) -> tuple[Block, ...]:
    """When, where and by whom."""
    who = texts("staff no. {number}", number=signer.staff_no) if signer.staff_no else ""
    return (Rule(dashed=True), Ends(f"{signer.issued_at:%Y-%m-%d %H:%M}", f"{signer.counter} {who}"))


def paragraphs(heading: str, lines: Iterable[str]) -> tuple[Block, ...]:
    """A section of running text; nothing where there is nothing to say."""
    texts = tuple(Text(line) for line in lines if line.strip())
    return (Section(heading), *texts) if texts else ()


def numbered(heading: str, lines: Iterable[str]) -> tuple[Block, ...]:
    """A section of numbered lines; a single one bears no number."""
    kept = [line for line in lines if line.strip()]
    if len(kept) == 1:
        return paragraphs(heading, kept)
    texts = tuple(Text(line, mark=f"{n}.") for n, line in enumerate(kept, start=1))
    return (Section(heading), *texts) if texts else ()


def materials_table(heading: str, materials: Iterable[Material], texts: Texts) -> tuple[Block, ...]:
    """A section with one row a material; remarks stand below its name."""
    rows = tuple((_name(material), material.form, _copies(material, texts)) for material in materials)
    if not rows:
        return ()
    titles = (texts("Material"), texts("Form"), texts("Copies"))
    return (Section(heading), Table(titles, rows, (6, 3, 2)))


def _name(material: Material) -> str:
    return f"{material.name}（{material.note}）" if material.note else material.name


def _copies(material: Material, texts: Texts) -> str:
    return str(material.copies) if material.copies else texts("shared")
