"""Why a ticket was called, as a sentence for clerks, managers and whoever asks. Displays never show it."""

from hall.priority import Ground, PriorityClass, Why
from hall.rules import HallRules
from hall.texts import Texts

SENTENCES: dict[Ground, str] = {
    Ground.ARRIVAL: "In order of arrival: came at {arrived}",
    Ground.GREEN: "Green channel ({group}): came at {arrived}",
    Ground.AGE: "Green channel: {age} years or over, came at {arrived}",
    Ground.BOOKED: "Booked {slot}, checked in in time at {arrived}",
    Ground.RETURNING: "Missed before: back after {others} others",
    Ground.TURN_OF_OTHERS: "After {calls} calls for others it is the turn of its kind: came at {arrived}",
    Ground.HEAD_START: "{class} counts as {minutes} minutes earlier: came at {arrived}",
    Ground.TRANSFERRED: "Sent on by window {counter}, keeps the arrival at {arrived}",
    Ground.SENT_BACK: "Sent back by window {counter}, keeps the arrival at {arrived}",
    Ground.HELD: "Back after stepping aside, keeps the arrival at {arrived}",
    Ground.CHOSEN: "Chosen by the clerk: {reason}",
    Ground.NOBODY_ELSE: "Missed before, and nobody else is waiting",
}

CLASSES: dict[PriorityClass, str] = {
    PriorityClass.RETURNING: "Back after a missed call",
    PriorityClass.GREEN: "Green channel",
    PriorityClass.BOOKED: "Booked",
    PriorityClass.ORDINARY: "Ordinary",
}


def why_text(texts: Texts, rules: HallRules, why: Why) -> str:
    """The sentence, e.g. "Booked 10:00, checked in in time at 09:35"."""
    facts = dict(why.facts)
    if "group" in facts:
        facts["group"] = group_name(texts, rules, facts["group"])
    if "class" in facts:
        facts["class"] = texts(CLASSES[PriorityClass(facts["class"])])
    return texts(SENTENCES[why.ground], **facts)


def group_name(texts: Texts, rules: HallRules, key: str) -> str:
    """A green-channel group's name in the reader's language; its key when the rules have dropped it since."""
    group = next((group for group in rules.order.green_groups if group.key == key), None)
    if group is None:
        return key
    return group.name_en if texts.language == "en" else group.name
