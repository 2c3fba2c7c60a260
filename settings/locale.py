"""Texts in the site's language, from config/locale/<language>/*.po; their English form is what the code says."""

from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from hall.texts import ENGLISH, Texts
from settings.load import SettingsError

LOCALE_FOLDER = Path(__file__).resolve().parents[1] / "config" / "locale"


def texts_in(language: str, folder: Path = LOCALE_FOLDER) -> Texts:
    """Read one language's texts; English needs no file.

    Raises:
        SettingsError: there are none, or a file is not a gettext catalogue.
    """
    if language == ENGLISH.language:
        return ENGLISH
    table: dict[str, str] = {}
    for path in sorted((folder / language).glob("*.po")):
        try:
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language, abort_invalid=True)
        except (OSError, PoFileError, UnicodeDecodeError) as exc:
            raise SettingsError(f"{path}: not a usable catalogue of texts: {exc}") from exc
        table |= {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}
    if not table:
        raise SettingsError(f"{folder / language}: there are no texts for this language")
    return Texts(table, language)
