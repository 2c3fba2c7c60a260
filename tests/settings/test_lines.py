"""Lines of call pads, and tablets, in a site file: what cannot be is refused in a sentence."""

import pytest
from pydantic import ValidationError

from hall.rating import RatingLevel
from settings.site import Site
from settings.tokens import digest_of, new_token

PLACE = {"name": "甲", "name_en": "A"}
LINE = {
    "line_id": "L01",
    "port": "/dev/ttyUSB0",
    "pads": [{"address": 1, "counter": 3}, {"address": 2, "counter": 4}],
    "evaluators": [{"address": 11, "counter": 3, "model": "four"}],
}
MODEL = {"model": "four", "keys": {"very_satisfied": 0, "dissatisfied": 3}}


TABLET = {"tablet_id": "T01", "counter": 3, "token_sha256": "ab" * 32}


def a_site(*lines, models=(MODEL,), tablets=()):
    return Site(
        catalogue="catalogue.toml",
        hall={"hall_id": "test-hall", **PLACE},
        zones=[{"zone_id": "A", **PLACE}],
        queues=[{"prefix": "A", "zone": "A", **PLACE}],
        counters=[{"numbers": [3, 4], "kind": "comprehensive", "zone": "A", "queues": ["A"]}],
        tablets=tablets,
        lines=lines,
        evaluator_models=models,
    )


def test_a_line_is_read_with_its_models():
    site = a_site(LINE)

    assert site.lines[0].baud == 9600
    assert site.evaluator_models[0].keys == {RatingLevel.VERY_SATISFIED: 0, RatingLevel.DISSATISFIED: 3}


@pytest.mark.parametrize(
    ("lines", "models", "sentence"),
    [
        ([LINE | {"pads": [{"address": 11, "counter": 3}]}], [MODEL], "line L01: address 11 is given twice"),
        ([LINE | {"pads": [{"address": 1, "counter": 9}]}], [MODEL], "line L01: no such counter: 9"),
        ([LINE | {"pads": [{"address": 256, "counter": 3}]}], [MODEL], "less than or equal to 255"),
        ([LINE, LINE | {"line_id": "L02"}], [MODEL], "lines: a pad's counter 3 is given twice"),
        ([LINE, LINE], [MODEL], "kiosks, boards, bars, lines and tablets: id 'L01' is given twice"),
        ([LINE], [], "line L01: no such evaluator model: 'four'"),
        ([LINE], [MODEL, MODEL], "evaluator_models: model 'four' is given twice"),
        ([], [MODEL | {"keys": {}}], "at least 1 item"),
        ([], [MODEL | {"keys": {"very_satisfied": 0, "satisfied": 0}}], "two levels have the same key"),
        ([], [MODEL | {"keys": {"splendid": 0}}], "very_satisfied"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(lines, models, sentence):
    with pytest.raises(ValidationError, match=sentence.replace("(", r"\(")):
        a_site(*lines, models=models)


@pytest.mark.parametrize(
    ("tablets", "sentence"),
    [
        ([TABLET, TABLET | {"token_sha256": "cd" * 32}], "id 'T01' is given twice"),
        ([TABLET, TABLET | {"tablet_id": "T02"}], "tablets: token_sha256 .* is given twice"),
        ([TABLET | {"counter": 9}], "tablet T01: no such counter: 9"),
        ([TABLET | {"tablet_id": "L01"}], "id 'L01' is given twice"),
        ([TABLET | {"token_sha256": "the token itself"}], "should match pattern"),
    ],
)
def test_a_tablet_that_cannot_be_is_refused_in_a_sentence(tablets, sentence):
    with pytest.raises(ValidationError, match=sentence):
        a_site(LINE, tablets=tablets)


def test_tokens_differ_and_what_is_kept_of_one_fits_the_site_file():
    token = new_token()

    assert token != new_token()
    assert token not in digest_of(token)
    assert a_site(tablets=[TABLET | {"token_sha256": digest_of(token)}]).tablets[0].counter == 3
