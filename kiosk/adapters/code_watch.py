"""Looks at a scanner for codes: the hall's own are told apart, anybody else's may be an electronic credential.

A code's text goes to the platform behind it and nowhere else.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future

from devices.credentials.token import CredentialToken, InvalidToken
from devices.errors import DeviceError, DeviceFault
from devices.ports import CodeScanner, CredentialResolver
from devices.supervisor import DeviceWorker
from hall.codes import DamagedCode, Foreign, parse_code
from kiosk.adapters.card_watch import MakePerson, Post
from kiosk.flow import events as ev

logger = logging.getLogger(__name__)

BEGIN_S = 1.0  # how long a question may wait for the platform's thread; then it takes 6 s at most
STALE_S = 7.0  # the screen gives up after 8 s, and whoever stands there then may be somebody else


class CodeWatch:
    """Turns what a scanner reads into what the flow understands."""

    def __init__(
        self,
        post: Post,
        make_person: MakePerson,
        public_url: str,
        platform: "DeviceWorker[CredentialResolver] | None",
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            public_url: the hall's own address, by which its tickets' codes are known.
            platform: asks who shows a code; None: the hall has no such platform.
            seconds: monotonic, for the age of answers.
        """
        self._post, self._make_person = post, make_person
        self._public_url, self._platform, self._seconds = public_url, platform, seconds

    def look(self, scanner: CodeScanner) -> None:
        """Look once; in the scanner's worker thread.

        Raises:
            DeviceError: the scanner failed.
        """
        scan = scanner.poll()
        if scan is None:
            return
        try:
            code = parse_code(scan.text, self._public_url)
        except DamagedCode as exc:
            logger.info("%s: %s", scanner.name, exc)
            self._post(ev.CardFailed())
            return
        if isinstance(code, Foreign):
            self._ask_platform(code.text)
        else:
            logger.info("%s: a code of the hall's own: %s", scanner.name, code.kind)

    def _ask_platform(self, text: str) -> None:
        if self._platform is None:
            logger.info("a foreign code was scanned, and the hall has no platform that knows it")
            return
        try:
            token = CredentialToken(text)
        except InvalidToken as exc:
            logger.info("%s", exc)
            self._post(ev.CardFailed())
            return
        scanned_s = self._seconds()
        self._post(ev.CardNoticed())
        asked = self._platform.submit(lambda resolver: self._asked(resolver, token), deadline_s=BEGIN_S)
        asked.add_done_callback(lambda answer: self._tell(answer, scanned_s))

    def _tell(self, answer: "Future[ev.Event]", scanned_s: float) -> None:
        """Post what came of a question; too late, it is nobody's any more."""
        told = self._told(answer)
        if self._seconds() - scanned_s > STALE_S:
            logger.info("an answer about a code came after more than %g s and was dropped", STALE_S)
            return
        self._post(told)

    def _asked(self, resolver: CredentialResolver, token: CredentialToken) -> ev.Event:
        """Ask, in the platform's worker thread; a code that is refused is the visitor's trouble, not the platform's."""
        try:
            return ev.CardRead(self._make_person(resolver.resolve(token)))
        except DeviceFault as exc:
            logger.info("%s", exc)
            return ev.CardFailed()

    def _told(self, answer: "Future[ev.Event]") -> ev.Event:
        error = answer.exception()
        if error is None:
            return answer.result()
        if isinstance(error, DeviceError):
            logger.info("%s", error)
        else:
            logger.error("asking the platform failed in an unexpected way: %s", type(error).__name__)
        return ev.CardFailed()
