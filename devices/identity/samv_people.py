"""Cards of the four kinds for invented people: what a simulated reader is given to lie on it."""

from devices.identity.samv_sim import SamvCard
from devices.identity.synthetic import SyntheticPerson
from devices.identity.text_block import LONG_TERM
from hall.identity import DocumentKind, check_character

AREAS = {DocumentKind.HMT_PERMIT: "819999", DocumentKind.FOREIGNER_2023: "999999"}  # never given to anybody
NATIONALITY = "ZZZ"


def samv_card(kind: DocumentKind, person: SyntheticPerson, *, newest_address: str | None = None) -> SamvCard:
    """A card of somebody who cannot exist.

    Args:
        kind: one of the four kinds with a text layout.
        newest_address: what the addendum says, where the card has one.

    Raises:
        KeyError: a kind that is no such card.
    """
    return SamvCard(kind, _FIELDS[kind](person), newest_address=newest_address)


def _resident(person: SyntheticPerson) -> dict[str, str]:
    return dict(SamvCard.of(person).fields)


def _hmt_permit(person: SyntheticPerson) -> dict[str, str]:
    fields = {key: text for key, text in _resident(person).items() if key != "ethnic"}
    return fields | {"number": _moved(person, DocumentKind.HMT_PERMIT), "pass_number": "H00000000", "issue_count": "01"}


def _foreigner_2017(person: SyntheticPerson) -> dict[str, str]:
    return _dates(person) | {
        "english_name": "TEST, SAMPLE ALPHA",
        "name": person.name,
        "sex": person.sex,
        "number": f"{NATIONALITY}11{person.number[8:16]}01",
        "nationality": NATIONALITY,
        "version": "01",
        "issuer": "1500",
    }


def _foreigner_2023(person: SyntheticPerson) -> dict[str, str]:
    return _dates(person) | {
        "name": person.name,
        "sex": person.sex,
        "renewal_count": "01",
        "english_name": "TEST, SAMPLE BETA",
        "number": _moved(person, DocumentKind.FOREIGNER_2023),
        "nationality": NATIONALITY,
    }


def _dates(person: SyntheticPerson) -> dict[str, str]:
    return {
        "birth": f"{person.birth:%Y%m%d}",
        "valid_from": f"{person.valid_from:%Y%m%d}",
        "valid_to": f"{person.valid_to:%Y%m%d}" if person.valid_to else LONG_TERM,
    }


def _moved(person: SyntheticPerson, kind: DocumentKind) -> str:
    """The person's number in another area."""
    first17 = AREAS[kind] + person.number[6:17]
    return first17 + check_character(first17)


_FIELDS = {
    DocumentKind.RESIDENT: _resident,
    DocumentKind.HMT_PERMIT: _hmt_permit,
    DocumentKind.FOREIGNER_2017: _foreigner_2017,
    DocumentKind.FOREIGNER_2023: _foreigner_2023,
}
