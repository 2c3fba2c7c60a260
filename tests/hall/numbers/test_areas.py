"""Old area codes are known and held against nobody."""

from datetime import date

import pytest

from hall.identity import check_character, check_resident_number
from hall.numbers.areas import LEAGUES, PLACES, former_area, place_name

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("old", "now", "city"),
    [
        ("1521", "1507", "呼伦贝尔市"),
        ("1523", "1505", "通辽市"),
        ("1524", "1504", "赤峰市"),
        ("1526", "1509", "乌兰察布市"),
        ("1527", "1506", "鄂尔多斯市"),
        ("1528", "1508", "巴彦淖尔市"),
    ],
)
def test_a_league_that_became_a_city_is_known_and_its_numbers_stay_valid(old, now, city):
    first17 = f"{old}01" + "19700101" + "001"
    number = first17 + check_character(first17)

    area = former_area(number)

    assert area is not None
    assert (area.now, PLACES[f"{now}00"]) == (now, city)
    assert check_resident_number(number, TODAY) == date(1970, 1, 1)


def test_leagues_that_are_leagues_still_are_not_former():
    assert [former_area(code) for code in ("152200", "152500", "152900", "150600", "159900", "110105")] == [None] * 6
    assert len(LEAGUES) == 6


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("150602198001010011", "东胜区"),
        ("150299198001010019", "包头市"),  # a county that was never given: its city is known
        ("152526", "西乌珠穆沁旗"),
        ("159900199001010000", None),
        ("110105", None),
        ("", None),
    ],
)
def test_the_narrowest_known_place_is_named_and_an_unknown_one_is_no_error(number, name):
    assert place_name(number) == name
