"""Every call's reason has a sentence in both languages, with all of its facts in it."""

import re

import pytest

from hall.priority import Ground, PriorityClass, Why
from hall.rules import HallRules
from hall.texts import ENGLISH
from queue_server.domain.reasons import CLASSES, SENTENCES, group_name, why_text
from settings.locale import texts_in

FACTS = {
    "arrived": "09:35",
    "group": "pregnant",
    "age": "70",
    "slot": "10:00",
    "others": "3",
    "calls": "4",
    "class": "booked",
    "minutes": "20",
    "counter": "12",
    "reason": "asked at the desk",
}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("ground", Ground)
def test_a_sentence_holds_its_facts_and_no_open_place(ground: Ground, language: str):
    needed = set(re.findall(r"{(\w+)}", SENTENCES[ground]))

    said = why_text(texts_in(language), HallRules(), Why(ground, {name: FACTS[name] for name in needed}))

    assert not re.search(r"[{}]", said)
    assert all(FACTS[name] in said for name in needed - {"group", "class"})
    assert re.search(r"[一-鿿]", said) if language == "zh_CN" else said.isascii()


def test_a_group_is_named_in_the_readers_language_and_by_its_key_when_the_rules_dropped_it():
    chinese = texts_in("zh_CN")

    assert group_name(chinese, HallRules(), "pregnant") == "孕妇"
    assert group_name(ENGLISH, HallRules(), "pregnant") == "Pregnant women"
    assert group_name(ENGLISH, HallRules(), "gone") == "gone"


def test_every_class_has_a_word():
    assert set(CLASSES) == set(PriorityClass)
    assert all(texts_in("zh_CN")(word) != word for word in CLASSES.values())
