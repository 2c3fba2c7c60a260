"""What the fields of a command may hold; checked where a command is read from JSON."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=64)]
END = r"(?!\n)$"  # Python's "$" alone also matches before a last line feed
CommandId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._-]+" + END)]
PersonHash = Annotated[str, Meta(pattern=r"^[0-9a-f]{32,64}" + END)]
MaskedNumber = Annotated[str, Meta(pattern=r"^\*+[0-9A-Z]{0,4}" + END, max_length=40)]
MaskedName = Annotated[str, Meta(min_length=1, max_length=20)]
StaffNo = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}" + END)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
Age = Annotated[int, Meta(ge=0, le=150)]
