"""Compares what a document says in two places. The results are warnings for staff; they never refuse a visitor."""

from datetime import date

from hall.identity import InvalidNumber, check_resident_number
from hall.numbers.areas import former_area

NUMBER_FAILS_CHECK = "number_fails_check"
SEX_DIFFERS = "sex_differs_from_number"
BIRTH_DIFFERS = "birth_differs_from_number"
EXPIRED = "expired"
OLD_AREA = "old_area_code"  # of a league that has become a city: valid for life


def number_warnings(number: str, sex: str | None, birth: date | None, today: date) -> tuple[str, ...]:
    """Compare an 18-character number with the sex (GB/T 2261.1) and birth date printed beside it."""
    try:
        born = check_resident_number(number, today)
    except InvalidNumber:
        return (NUMBER_FAILS_CHECK,)
    found = []
    if sex in ("1", "2") and sex != ("1" if int(number[16]) % 2 else "2"):
        found.append(SEX_DIFFERS)
    if birth is not None and birth != born:
        found.append(BIRTH_DIFFERS)
    if former_area(number):
        found.append(OLD_AREA)
    return tuple(found)
