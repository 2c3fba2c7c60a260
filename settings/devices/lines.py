"""RS-485 lines of call pads and button evaluators in a site file."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from hall.rating import RatingLevel
from settings.table import Identifier, Table

Address = Annotated[int, Field(ge=0, le=255)]
CounterNumber = Annotated[int, Field(ge=0, le=999)]
KeyValue = Annotated[int, Field(ge=0, le=255)]


class PadTable(Table):
    """[[lines.pads]]: a clerk's call pad."""

    address: Address
    counter: CounterNumber


class ButtonEvaluatorTable(Table):
    """[[lines.evaluators]]: a visitor's button evaluator."""

    address: Address
    counter: CounterNumber
    model: Identifier


class LineTable(Table):
    """[[lines]]: an RS-485 line; every device on it has an address of its own."""

    line_id: Identifier
    port: str
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    pads: tuple[PadTable, ...] = ()
    evaluators: tuple[ButtonEvaluatorTable, ...] = ()


class EvaluatorModelTable(Table):
    """[[evaluator_models]]: which key of a model is which level, as learnt by pressing every key."""

    model: Identifier
    keys: Annotated[dict[RatingLevel, KeyValue], Field(min_length=1)]

    @field_validator("keys")
    @classmethod
    def _one_level_a_key(cls, keys: dict[RatingLevel, int]) -> dict[RatingLevel, int]:
        if len(set(keys.values())) < len(keys):
            raise ValueError("two levels have the same key: learn them again")
        return keys
