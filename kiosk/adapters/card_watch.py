"""Looks for cards in a reader's worker thread; of a document only what a kiosk may keep goes any further."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import date

from devices.errors import CardUnreadable
from devices.ports import IdentityReader
from hall.identity import IdentityDocument, age_years, masked_number, person_hash
from kiosk.flow import events as ev
from kiosk.flow.state import Person

logger = logging.getLogger(__name__)

NOTICED_AFTER_S = 0.35  # a look at an empty reader is over sooner; a card takes 1 to 2 s to be read
WAIT_S = 0.25  # how long a reader may wait for a card before the worker looks after its jobs again
Post = Callable[[ev.Event], None]
MakePerson = Callable[[IdentityDocument], Person]


class ReaderWatch:
    """Looks for cards in a reader's worker thread, and knows whether one is being read right now.

    A document that stays and cannot be read is told once, though its reader tries it again and again: it may have been
    forgotten there for the night.
    """

    def __init__(self, post: Post, make_person: MakePerson, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._post = post
        self._make_person = make_person
        self._seconds = seconds
        self._lock = threading.Lock()  # a card is never noticed after the look at it has ended
        self._began_s: float | None = None
        self._is_noticed = False
        self._failed: str | None = None  # why the document that lies there could not be read

    def look(self, reader: IdentityReader) -> None:
        """Wait for a moment and poll the reader once; what it found is posted, the document itself goes no further.

        Raises:
            DeviceError: the reader failed; an unreadable card is posted instead.
        """
        if not reader.wait(WAIT_S):
            return
        found: ev.Event | None = None
        with self._lock:
            self._began_s, self._is_noticed = self._seconds(), False
        try:
            document = reader.poll()
            self._failed = None
            found = ev.CardRead(self._make_person(document)) if document is not None else None
        except CardUnreadable as exc:
            found = self._failure(exc)
        finally:
            self._end(found)

    def notice(self) -> None:
        """Post that a card is being read, once for each, if a look takes longer than an empty reader does.

        Called from another thread some times a second: the readers themselves do not tell when they begin.
        """
        with self._lock:
            if self._began_s is None or self._is_noticed or self._failed is not None:
                return
            if self._seconds() - self._began_s <= NOTICED_AFTER_S:
                return
            self._is_noticed = True
            self._post(ev.CardNoticed())

    def _failure(self, error: CardUnreadable) -> ev.Event | None:
        """What is posted of a failure: nothing when it is the same as at the look before."""
        cause = f"{error.code}: {error.cause}"
        if cause == self._failed:
            return None
        self._failed = cause
        logger.info("%s", error)
        return ev.CardFailed()

    def _end(self, found: ev.Event | None) -> None:
        with self._lock:
            self._began_s = None
            if found is None and self._is_noticed:
                found = ev.CardGone()
        if found is not None:
            self._post(found)


def person_of(document: IdentityDocument, today: date, key: bytes | None = None) -> Person:
    """As much of a document as the kiosk keeps: masked here, so that nothing behind it ever knows more.

    Args:
        today: the hall's day, from which age is counted.
        key: the hall's secret; without it nobody is told from anybody else.
    """
    return Person(
        kind=document.kind,
        masked_number=masked_number(document.number),
        masked_name=masked_name(document.name),
        person=None if key is None else person_hash(key, document.number),
        age_years=None if document.birth is None else age_years(document.birth, today),
    )


def masked_name(name: str) -> str:
    """The family name's first character and two stars: enough for a greeting on the kiosk's own screen."""
    return name.strip()[:1] + "**"
