"""What a kiosk passes on about its visitor: nothing where the matter's queue asks nobody who they are."""

from msgspec import structs

from hall.catalogue import HallPlan
from kiosk.flow.events import DrawNumber, PrintTicket


def draw_as_asked(wish: DrawNumber, plan: HallPlan) -> DrawNumber:
    """The wish for a number, with the document only where the queue's tickets keep it; the age stays."""
    if _is_kept(wish.item_key, plan):
        return wish
    return structs.replace(wish, identity_kind=None, masked_number=None, person=None)


def print_as_asked(job: PrintTicket, plan: HallPlan) -> PrintTicket:
    """The ticket's paper, with the masked number only where the queue's tickets keep it."""
    return job if _is_kept(job.ticket.item_key, plan) else structs.replace(job, masked_number=None)


def _is_kept(item_key: str, plan: HallPlan) -> bool:
    item = plan.items.get(item_key)  # the server may know matters that this kiosk's files lack, and asks again
    return item is None or plan.keeps_identity(item.queue)
