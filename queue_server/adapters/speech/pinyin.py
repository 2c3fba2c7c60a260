"""Mandarin sentences as numbered pinyin, from a table of our own. Knows nothing of sound.

The speech program guesses readings of Chinese characters, and guesses wrong where one has several; spelled out, a
sentence has one reading. The table holds the words that a hall says and no more.
"""

import re

CALL = "请{number}号到{counter}号窗口办理"

DIGITS = ("ling2", "yi1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3")
TEN, HUNDRED = "shi2", "bai3"

LETTERS = {  # the names of the letters, as Mandarin speakers say them
    "A": "ei1", "B": "bi4", "C": "xi1", "D": "di4", "E": "yi4", "F": "ai2 fu5", "G": "ji4", "H": "ei1 chi5",
    "I": "ai4", "J": "jie4", "K": "kei4", "L": "ai2 lou5", "M": "ai2 mu5", "N": "en1", "O": "ou1", "P": "pi4",
    "Q": "kiu4", "R": "a4 er5", "S": "ai2 si5", "T": "ti4", "U": "you1", "V": "wei1", "W": "da2 bu5 liu5",
    "X": "ai4 ke4 si5", "Y": "wai4", "Z": "zei4",
}  # fmt: skip

WORDS = {  # the longest that fits is taken, so a character may have another reading in company
    "请": "qing3", "号": "hao4", "到": "dao4", "窗口": "chuang1 kou3", "办理": "ban4 li3",
    "业务": "ye4 wu4", "楼": "lou2", "区": "qu1", "已": "yi3", "过号": "guo4 hao4",
    "咨询": "zi1 xun2", "导办": "dao3 ban4", "台": "tai2", "大厅": "da4 ting1",
    "最后一次叫号": "zui4 hou4 yi2 ci4 jiao4 hao4", "这是": "zhe4 shi4", "再次": "zai4 ci4",
    "您好": "nin2 hao3", "谢谢": "xie4 xie5", "请稍候": "qing3 shao1 hou4", "暂停服务": "zan4 ting2 fu2 wu4",
    "零": "ling2", "一": "yi1", "二": "er4", "三": "san1", "四": "si4", "五": "wu3", "六": "liu4",
    "七": "qi1", "八": "ba1", "九": "jiu3", "十": "shi2",
}  # fmt: skip

LONGEST = max(map(len, WORDS))
PAUSES = dict.fromkeys("，。、；：！ ,.", "")
COUNTED = re.compile(r"(?<![A-Z0-9])[1-9][0-9]{0,2}(?=号窗口)")  # window numbers are numbers, 12 is "twelve"


class UnknownCharacter(ValueError):
    """A sentence has something that the table cannot say.

    Attributes:
        character: the first such character.
    """

    def __init__(self, character: str) -> None:
        super().__init__(f"no reading for {character!r} (U+{ord(character):04X})")
        self.character = character


def call_sentence(display_number: str, counter_no: str) -> str:
    """The sentence of a call, in Chinese characters."""
    return CALL.format(number=display_number, counter=counter_no)


def pinyin(sentence: str) -> str:
    """Numbered pinyin for a sentence, e.g. "请A001号" as "qing3 ei1 ling2 ling2 yi1 hao4".

    Digits are read one by one, except the numbers of windows.

    Raises:
        UnknownCharacter: the table does not have it.
    """
    sentence = sentence.upper()
    spoken, at = [], 0
    while at < len(sentence):
        if found := COUNTED.match(sentence, at):
            spoken.append(number(int(found[0])))
            at = found.end()
            continue
        words, used = _word(sentence, at)
        spoken.append(words)
        at += used
    return " ".join(filter(None, spoken))


def number(value: int) -> str:
    """A number from 0 to 999 as Mandarin counts: 12 is "shi2 er4", 105 "yi1 bai3 ling2 wu3"."""
    if not 0 <= value <= 999:
        raise ValueError(f"only 0 to 999 are counted, not {value}")
    if value < 10:
        return DIGITS[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return " ".join([*([DIGITS[tens]] if tens > 1 else []), TEN, *([DIGITS[ones]] if ones else [])])
    hundreds, rest = divmod(value, 100)
    head = f"{DIGITS[hundreds]} {HUNDRED}"
    if not rest:
        return head
    if rest < 10:
        return f"{head} {DIGITS[0]} {DIGITS[rest]}"
    return f"{head} {DIGITS[1]} {number(rest)}" if rest < 20 else f"{head} {number(rest)}"


def _word(sentence: str, at: int) -> tuple[str, int]:
    """The reading of what begins at a place, and how many characters it covers."""
    for length in range(LONGEST, 0, -1):
        if reading := WORDS.get(sentence[at : at + length]):
            return reading, min(length, len(sentence) - at)
    character = sentence[at]
    if character in "0123456789":
        return DIGITS[int(character)], 1
    reading = LETTERS.get(character, PAUSES.get(character))
    if reading is None:
        raise UnknownCharacter(character)
    return reading, 1
