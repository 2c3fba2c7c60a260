"""What every table of a site file has in common: names, ports, and that it has no unknown keys."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
Prefix = Annotated[str, Field(pattern=r"^[A-HJ-NP-Z]{1,2}$", description="one or two letters without I and O")]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Port = Annotated[int, Field(ge=1, le=65535)]
OwnPort = Annotated[int, Field(ge=0, le=65535, description="0 asks the system for a free one")]
Host = Annotated[str, Field(min_length=1, max_length=253)]


class Table(BaseModel):
    """A TOML table: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
