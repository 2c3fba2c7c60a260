"""Readers of identity documents in a site file."""

from typing import Annotated, Literal

from pydantic import Field

from settings.table import Table


class SamvReader(Table):
    """A resident-card reader with a SAM_V module on a serial line."""

    kind: Literal["sam_v"]
    port: str
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    poll_s: Annotated[float, Field(ge=0.3, le=5)] = 0.3  # GA 467 readers must not be asked more often
    header: Literal["aa", "ea"] = "aa"  # how its frames begin: AA AA AA 96 69, or one family's EA EB EC ED
    read_address: bool = False


class PcscReader(Table):
    """A PC/SC reader for social security cards."""

    kind: Literal["pcsc"]
    reader: str  # the start of the name that pcscd gives it
    combination: bool = False  # it has a security module too, and reads resident cards


Reader = Annotated[SamvReader | PcscReader, Field(discriminator="kind")]
