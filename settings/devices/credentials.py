"""The platform behind visitors' QR codes in a site file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from settings.table import Table


class HttpPlatform(Table):
    """A city's gateway to the platforms that issue electronic credentials. Left out, kiosks take no codes."""

    kind: Literal["http"]
    url: Annotated[str, Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])", max_length=500)]
    key: SecretStr | None = None  # the hall's credential, sent as a bearer token
    timeout_s: Annotated[float, Field(ge=0.5, le=6)] = 5  # the kiosk's screen waits for a document for 8 s
    used_file: Path | None = None  # keeps which codes were accepted over a restart; None: in memory only

    @field_validator("key")
    @classmethod
    def _can_be_sent(cls, key: SecretStr | None) -> SecretStr | None:
        text = "" if key is None else key.get_secret_value()
        if not (text.isascii() and text.isprintable()):
            raise ValueError("the key holds a line break or other characters that no request may hold")
        return key


CredentialPlatform = HttpPlatform
