"""Invented people for simulators and tests: an area that does not exist, valid check characters, impossible names."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from hall.identity import check_character

AREA = "1599{:02d}"  # unassigned in Inner Mongolia
STEMS = "甲乙丙丁戊己庚辛壬癸"
RARE = ("𠮷", "㛃")  # four bytes in UTF-16; missing from GBK
ETHNIC_CODES = ("01", "02", "03", "11", "31", "45", "52")
EARLIEST_BIRTH = date(1935, 1, 1)


@dataclass(frozen=True, slots=True)
class SyntheticPerson:
    """Somebody who cannot exist. `repr` shows nothing, so that habits formed on them are safe on real people."""

    name: str
    sex: str  # GB/T 2261.1: "1" or "2"
    ethnic: str  # GB/T 3304
    birth: date
    address: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None  # None: long-term

    def __repr__(self) -> str:
        return "SyntheticPerson()"


def synthetic_resident(rng: random.Random, today: date) -> SyntheticPerson:
    """Make up a resident aged 16 to about 90, one in ten with a rare character in the name."""
    oldest_days = (today - EARLIEST_BIRTH).days
    age_days = rng.randrange(16 * 366, oldest_days)
    birth = today - timedelta(days=age_days)
    sequence = rng.randrange(1, 1000)
    first17 = f"{AREA.format(rng.randrange(100))}{birth:%Y%m%d}{sequence:03d}"
    valid_from = date(today.year - rng.randrange(1, 9), 1, 1)
    return SyntheticPerson(
        name=_name(rng),
        sex="1" if sequence % 2 else "2",
        ethnic=rng.choice(ETHNIC_CODES),
        birth=birth,
        address=f"测试市样例区虚构路{rng.randrange(1, 1000)}号",
        number=first17 + check_character(first17),
        issuer="测试市公安局样例分局",
        valid_from=valid_from,
        valid_to=None if age_days > 46 * 366 else date(valid_from.year + 20, 1, 1),
    )


def _name(rng: random.Random) -> str:
    if rng.randrange(10) == 0:
        return "测试" + rng.choice(RARE)
    return "测试" + "".join(rng.choices(STEMS, k=rng.choice((1, 2))))
