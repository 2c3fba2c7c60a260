"""Texts in a reader's language, looked up by their English form; what has no translation stays English."""

from collections.abc import Mapping


class Texts:
    """A table from English texts to another language's. `texts("Window {no}", no=3)` translates, then fills in."""

    def __init__(self, table: Mapping[str, str], language: str) -> None:
        self._table = table
        self.language = language

    def __call__(self, english: str, /, **values: object) -> str:
        """Translate a text and fill its named places."""
        text = self._table.get(english) or english
        return text.format(**values) if values else text


ENGLISH = Texts({}, "en")
