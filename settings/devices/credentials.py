"""The platform behind visitors' QR codes in a site file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from settings.table import Table


class HttpPlatform(Table):
    """A city's gateway to the platforms that issue electronic credentials. Left out, kiosks take no codes."""

    kind: Literal["http"]
    url: Annotated[str, Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])", max_length=500)]
    key: SecretStr | None = None  # the hall's credential, sent as a bearer token
    timeout_s: Annotated[float, Field(ge=0.5, le=30)] = 5
    used_file: Path | None = None  # keeps which codes were accepted over a restart; None: in memory only


CredentialPlatform = HttpPlatform
