"""What somebody who has booked is told, for pages, kiosks, and whoever sends text messages."""

from enum import StrEnum

from fastapi import APIRouter, Response

from hall.texts import Texts
from queue_server.api.context import Context, Ctx
from queue_server.api.schemas import ConfirmationOut, PlaceOut, RefusalOut
from queue_server.domain.confirmation import confirmation, message_text
from queue_server.domain.signs import name_of

router = APIRouter(prefix="/api/v1/appointments")


class Language(StrEnum):
    """The languages of a confirmation."""

    ZH = "zh"
    EN = "en"


@router.get(
    "/{appointment_no}/confirmation",
    responses={
        404: {"model": RefusalOut, "description": "There is no such appointment, or its matter is no longer offered"},
        409: {"model": RefusalOut, "description": "The appointment was used, given back or missed"},
    },
)
async def confirm(
    appointment_no: str, context: Ctx, response: Response, lang: Language = Language.ZH
) -> ConfirmationOut:
    """The five fields of an appointment's confirmation, and the sentence that a text message says them with.

    The name is masked: the whole one stays with who booked.
    """
    told, texts = confirmation(context.live.hall, appointment_no), _texts_in(context, lang)
    response.headers["Cache-Control"] = "no-store"
    return ConfirmationOut(
        masked_name=told.masked_name,
        starts_at=told.slot.starts_at,
        ends_at=told.slot.ends_at,
        place=PlaceOut(
            hall=name_of(told.place.hall, texts),
            zone=name_of(told.place.zone, texts),
            floor=told.place.zone.floor,
            counters=list(told.place.counters),
        ),
        appointment_no=told.appointment_no,
        matter=name_of(told.matter, texts),
        text=message_text(texts, told),
    )


def _texts_in(context: Context, language: Language) -> Texts:
    return next(texts for texts in context.languages if texts.language.partition("_")[0] == language)
