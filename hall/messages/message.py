"""What every command and every event is."""

from msgspec import Struct

from hall.messages.fields import CommandId


class Command(Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True, gc=False):
    """A request. The sender makes `command_id` (a UUID); the same id again gets the first answer."""

    command_id: CommandId


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False, omit_defaults=True):
    """A fact. When it happened is the journal's to say.

    No event refers back to itself, so the garbage collector may leave the day's many thousands out (`gc=False`).
    """
