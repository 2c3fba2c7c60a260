"""Which document a page may be, by the words that were read on it. Ignorant of how they were read.

A suggestion saves a tap and never decides: the person at the kiosk sees it and chooses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Marks:
    """What speaks for a kind of document.

    Attributes:
        kind: stable code; screens turn it into words.
        titles: printed as its title; one of them alone is enough.
        words: printed elsewhere on it; two of them are needed where the title was not read.
    """

    kind: str
    titles: tuple[str, ...]
    words: tuple[str, ...] = ()


KINDS = (
    Marks("resident_card", ("居民身份证",), ("公民身份号码", "签发机关", "有效期限")),
    Marks("household_register", ("居民户口簿", "户口簿", "常住人口登记卡"), ("户别", "户主姓名", "与户主关系")),
    Marks("residence_permit", ("居住证",), ()),
    Marks("business_licence", ("营业执照",), ("统一社会信用代码", "法定代表人", "注册资本", "经营范围")),
    Marks("property_certificate", ("不动产权证书", "不动产权证", "房屋所有权证"), ("不动产单元号", "权利人", "坐落")),
    Marks("marriage_certificate", ("结婚证",), ("结婚证字号", "持证人", "登记日期")),
    Marks("divorce_certificate", ("离婚证",), ("离婚证字号",)),
    Marks("birth_certificate", ("出生医学证明",), ("新生儿姓名", "出生孕周")),
    Marks("driving_licence", ("机动车驾驶证",), ("准驾车型", "初次领证日期")),
    Marks("social_security_card", ("社会保障卡",), ("社会保障号码",)),
    Marks("power_of_attorney", ("授权委托书", "委托书"), ("委托人", "受托人", "委托事项")),
    Marks("application_form", ("申请表", "申请书", "登记表"), ("申请人", "申请事项", "填表日期")),
)
"""In the order in which they are asked: a form that asks for an 身份证 or a 营业执照 is still a form, see `suggest`."""

TITLE_LINES = 6  # a title stands at the top; further down the same words are a field's name
LONGEST_TITLE = 24  # characters: a longer line is a sentence in which the words occur
FORMS = frozenset({"power_of_attorney", "application_form"})  # they name other documents: their own title goes first


def suggest(lines: Sequence[str]) -> str | None:
    """The kind of document that the words speak for.

    Args:
        lines: what was read, from top to bottom; spaces and misread characters are expected.

    Returns:
        A `Marks.kind`, or None where nothing, or more than one kind equally, speaks up.
    """
    packed = ["".join(line.split()) for line in lines]
    titles = [line for line in packed if line][:TITLE_LINES]
    titled = [marks.kind for marks in KINDS if any(_is_titled(line, marks.titles) for line in titles)]
    forms = [kind for kind in titled if kind in FORMS]
    if titled:
        return (forms or titled)[0]
    return _by_words("".join(packed))


def _is_titled(line: str, titles: Iterable[str]) -> bool:
    return len(line) <= LONGEST_TITLE and any(title in line for title in titles)


def _by_words(text: str) -> str | None:
    scores = {marks.kind: sum(word in text for word in marks.words) for marks in KINDS}
    best = max(scores.values())
    kinds = [kind for kind, score in scores.items() if score == best]
    return kinds[0] if best >= 2 and len(kinds) == 1 else None
