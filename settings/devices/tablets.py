"""Evaluator tablets in a site file."""

from typing import Annotated

from pydantic import Field

from settings.table import Identifier, Table


class TabletTable(Table):
    """[[tablets]]: a tablet that visitors rate on; the site file keeps a hash, and the tablet alone the token."""

    tablet_id: Identifier
    counter: Annotated[int, Field(ge=0, le=999)]
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
