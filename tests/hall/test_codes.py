"""What a scanner reads: ours, ours but damaged, or somebody else's."""

import random
import string

import pytest

from hall.check_characters import check_characters
from hall.codes import CodeKind, DamagedCode, Foreign, OwnCode, encode, parse_code

TICKET_ID = "0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10"
HALL = "http://hall.example.invalid:8080"
VALUES = {
    CodeKind.TICKET: TICKET_ID,
    CodeKind.APPOINTMENT: "Y2603040001",
    CodeKind.RATING: "7Q2M9K4XPA",
}
KINDS = pytest.mark.parametrize("kind", CodeKind)
ANYTHING = string.printable + "办件Ａ𠮷\x1d\xa0"


def resealed(text: str) -> str:
    return text + check_characters(text)


@KINDS
def test_an_own_code_is_read_back_in_capitals_and_in_small_letters(kind):
    code = encode(kind, VALUES[kind])

    assert code.isascii()
    assert code.isalnum()
    for scanned in (code, code.lower(), code.swapcase(), f" {code}\t"):
        assert parse_code(scanned) == OwnCode(kind, VALUES[kind])


def test_the_example_of_the_documentation_holds():
    assert encode(CodeKind.APPOINTMENT, "Y2603040001") == "HALLQAY2603040001N1"


@KINDS
@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_own_code_is_never_taken_for_anything_else(kind, seed):
    rng, code = random.Random(seed), encode(kind, VALUES[kind])
    at = rng.randrange(5, len(code))
    other = rng.choice([c for c in string.digits + string.ascii_uppercase if c != code[at]])

    for damaged in (code[:at] + other + code[at + 1 :], code[:-1], code[:at], code + "0", code + code, "]Q1" + code):
        with pytest.raises(DamagedCode):
            parse_code(damaged, HALL)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("HALLQ", "check characters"),
        ("HALLQT", "check characters"),
        (resealed("HALLQZ123"), "kind that this release does not know"),
        (resealed("HALLQAY2613990001"), "not one of kind appointment"),
        (resealed("HALLQT0B9C"), "not one of kind ticket"),
        (resealed("HALLQR1"), "not one of kind rating"),
        ("Y2613990001", "begins like an appointment's number"),
        ("Y260304000", "begins like an appointment's number"),
    ],
)
def test_what_is_wrong_with_an_own_code_is_said_without_repeating_it(text, why):
    with pytest.raises(DamagedCode, match=why) as caught:
        parse_code(text)

    assert text[5:] not in str(caught.value) or len(text) < 8
    assert caught.value.code == "damaged_code"


def test_an_appointments_number_that_was_told_without_check_characters_is_read():
    assert parse_code("y2603040001") == OwnCode(CodeKind.APPOINTMENT, "Y2603040001")
    assert parse_code("Y26030410000") == OwnCode(CodeKind.APPOINTMENT, "Y26030410000")


@pytest.mark.parametrize(
    ("public_url", "scanned"),
    [
        (HALL, f"{HALL}/t/{TICKET_ID}"),
        (HALL, f"{HALL}/t/{TICKET_ID}".upper()),
        (HALL + "/", f"{HALL}/t/{TICKET_ID}?lang=mn"),
        ("https://hall.example.invalid", f"http://HALL.example.invalid/t/{TICKET_ID}"),
        ("https://city.example.invalid/halls/h1", f"https://city.example.invalid/halls/h1/t/{TICKET_ID}"),
    ],
)
def test_a_printed_tickets_address_is_the_ticket(public_url, scanned):
    assert parse_code(scanned, public_url) == OwnCode(CodeKind.TICKET, TICKET_ID)


@pytest.mark.parametrize(
    "scanned",
    [
        f"{HALL}/t/{TICKET_ID[:-1]}",
        f"{HALL}/t/",
        f"{HALL}/counter/1",
        HALL,
        f"ttp:/{HALL}/t/{TICKET_ID}",
        f"{HALL[7:]}/t/{TICKET_ID}",
    ],
)
def test_an_address_of_this_hall_that_is_no_whole_tickets_is_damaged(scanned):
    with pytest.raises(DamagedCode):
        parse_code(scanned, HALL)


@pytest.mark.parametrize(
    "scanned",
    [
        f"http://hall.example.invalid/t/{TICKET_ID}",  # another port is another place
        f"http://other.example.invalid:8080/t/{TICKET_ID}",
        "https://[::1/t/",
        "http://hall.example.invalid:99999999/t/",
        "eyJhbGciOiJTTTIifQ.c3ludGhldGlj.dG9rZW4",
        "Yes",
        "Y12",
        "6901234567892",
        "办不成事",
        "",
    ],
)
def test_everything_else_may_be_a_credential_and_is_passed_on_as_it_is(scanned):
    assert parse_code(scanned, HALL) == Foreign(scanned)


def test_without_an_address_of_our_own_no_address_is_ours():
    assert isinstance(parse_code(f"{HALL}/t/{TICKET_ID}"), Foreign)
    assert isinstance(parse_code("plain text", "nonsense"), Foreign)


def test_neither_own_nor_foreign_codes_show_what_they_hold():
    shown = repr((parse_code(encode(CodeKind.RATING, "7Q2M9K4XPA")), parse_code("a token of somebody's")))

    assert "7Q2M9K4XPA" not in shown
    assert "token" not in shown


@pytest.mark.parametrize(
    ("kind", "value"), [(CodeKind.TICKET, "A012"), (CodeKind.APPOINTMENT, "A012"), (CodeKind.RATING, "short")]
)
def test_a_value_of_another_kind_gets_no_code(kind, value):
    with pytest.raises(ValueError, match=f"code of kind {kind}"):
        encode(kind, value)


def wounded(rng: random.Random) -> str:
    """One of ours, or its old form, with up to three wounds."""
    kind = rng.choice(list(CodeKind))
    text = rng.choice([encode(kind, VALUES[kind]), VALUES[kind], f"{HALL}/t/{TICKET_ID}"])
    for _wound in range(rng.randrange(4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + "".join(rng.choices(ANYTHING, k=rng.randrange(3))) + text[at + rng.randrange(3) :]
    return text


def test_whatever_is_scanned_is_told_or_refused_and_nothing_with_our_mark_is_foreign():
    rng, told, slipped = random.Random(1), {OwnCode: 0, Foreign: 0, DamagedCode: 0}, 0
    for _case in range(200_000):
        text = wounded(rng) if rng.random() < 0.9 else "".join(rng.choices(ANYTHING, k=rng.randrange(40)))
        is_marked = "HALLQ" in text.upper()
        try:
            found = parse_code(text, HALL)
        except DamagedCode:
            told[DamagedCode] += 1
            continue
        told[type(found)] += 1
        assert isinstance(found, OwnCode) or not is_marked, text
        slipped += is_marked and isinstance(found, OwnCode) and found.value not in VALUES.values()

    assert min(told.values()) > 10_000
    assert slipped < told[DamagedCode] / 1271  # what the check characters let through when more than one is wrong
