"""The kiosk's talk with the server, in threads of its own: questions go out, answers are posted into the flow."""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hall.messages import IssueTicket, ReportPrint
from kiosk.adapters.hall_client import TIMEOUT_S, HallClient, NeverSent, Refused, ServerAway, ServerFailed
from kiosk.adapters.offline_numbers import NotOffered, OfflineNumbers
from kiosk.flow import events as ev
from kiosk.flow.state import Ticket

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
MOST_REPORTS_KEPT = 200
DRAW_S = 7.0  # later no number is taken from the book: after 8 s the visitor may leave, and nobody would hold it


class HallLink:
    """Asks the server every few seconds how its queues are, draws numbers, and tells it what became of the paper."""

    def __init__(
        self,
        client: HallClient,
        kiosk_id: str,
        post: Callable[[ev.Event], None],
        offline: OfflineNumbers | None = None,
    ) -> None:
        """Prepare the link; nothing is asked before `start()`.

        Args:
            client: owned by the link from now on.
            post: hands an event to the flow; called from the link's threads.
            offline: the numbers to give out while the server is away; owned by the link from now on.
        """
        self._client = client
        self._offline = offline
        self._last_drawn: tuple[str, Ticket] | None = None  # an attempt and what the server answered
        self._kiosk_id = kiosk_id
        self._post = post
        self._draws = ThreadPoolExecutor(1, "draw")
        self._reports: deque[ReportPrint] = deque(maxlen=MOST_REPORTS_KEPT)
        self._look_now = threading.Event()
        self._stopping = False
        self._trouble: str | None = None
        self._thread = threading.Thread(target=self._work, name="hall link", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def close(self) -> None:
        """Stop asking; what is on its way may still be answered."""
        self._stopping = True
        self._look_now.set()
        self._draws.shutdown(wait=False, cancel_futures=True)
        if self._thread.is_alive():
            self._thread.join(timeout=4.0)
        self._client.close()
        if self._offline is not None:
            self._offline.say_goodbye()

    def load_queues(self) -> None:
        """Ask for the queues now rather than in a few seconds."""
        self._look_now.set()

    def draw(self, wish: ev.DrawNumber) -> None:
        """Ask for a number; the answer, or its absence, is posted."""
        self._draws.submit(self._draw, wish, time.monotonic() + DRAW_S)

    def tell_print(self, told: ev.TellPrint) -> None:
        """Report a ticket's paper; kept and sent again while the server is away."""
        self._reports.append(
            ReportPrint(command_id=told.command_id, ticket_id=told.ticket_id, printed=told.printed, cause=told.cause)
        )
        self._look_now.set()

    # ---- in the link's threads ------------------------------------------------------------------------------------

    def _draw(self, wish: ev.DrawNumber, until_s: float) -> None:
        try:
            self._post(ev.TicketDrawn(wish.command_id, self._ticket(wish, until_s)))
        except ServerAway as exc:
            logger.warning("no answer to a number's draw: %s", exc)
            self._post(ev.DrawUnanswered(wish.command_id))
        except Refused as exc:
            logger.warning("the server refused a number: %s", exc)
            self._post(ev.DrawRefused(wish.command_id, exc.code))
        except NotOffered as exc:
            self._post(ev.DrawRefused(wish.command_id, exc.code))
        except Exception:
            logger.exception("drawing a number failed in an unexpected way")
            self._post(ev.DrawUnanswered(wish.command_id))

    def _ticket(self, wish: ev.DrawNumber, until_s: float) -> Ticket:
        """A number for an attempt, and the same one however often it is asked for.

        Raises:
            ServerAway, Refused, NotOffered: no number, as far as is known.
        """
        if self._last_drawn is not None and self._last_drawn[0] == wish.command_id:
            return self._last_drawn[1]
        if self._offline is None:
            return self._issued(wish)
        given = self._offline.given_for(wish.command_id)
        if given is not None:
            return given
        try:
            self._offline.hand_in_before(wish, until_s=until_s - TIMEOUT_S)
            return self._issued_at_last(wish, until_s)
        except ServerAway as exc:
            if time.monotonic() > until_s:
                raise
            logger.warning("the server does not draw a number, the kiosk does: %s", exc)
            return self._offline.draw(wish)

    def _issued_at_last(self, wish: ev.DrawNumber, until_s: float) -> Ticket:
        """Ask once more, with the same id, when the first request may have been carried out."""
        try:
            return self._issued(wish)
        except NeverSent:
            raise
        except ServerAway as exc:
            if time.monotonic() + TIMEOUT_S > until_s:
                raise
            logger.warning("no answer to a number's draw, asking once more: %s", exc)
            return self._issued(wish)

    def _issued(self, wish: ev.DrawNumber) -> Ticket:
        ticket = self._client.issue(
            IssueTicket(
                command_id=wish.command_id,
                item_key=wish.item_key,
                kiosk_id=self._kiosk_id,
                identity_kind=wish.identity_kind,
                masked_number=wish.masked_number,
                person=wish.person,
                age_years=wish.age_years,
            )
        )
        self._last_drawn = (wish.command_id, ticket)
        return ticket

    def _work(self) -> None:
        while not self._stopping:
            self._look_now.clear()
            try:
                self._look()
                self._note_server(None)
            except ServerAway as exc:
                self._note_server(str(exc))
                if self._offline is not None:
                    self._offline.server_lost()
                self._post(ev.ServerLost(self._offline.offered() if self._offline else ()))
            except Refused as exc:
                self._note_server(str(exc))
                self._post(ev.ServerLost())
            except Exception:
                logger.exception("asking the server failed in an unexpected way")
                self._post(ev.ServerLost())
            self._look_now.wait(LOOK_EVERY_S)

    def _look(self) -> None:
        """Bring what the server has missed, earliest first, then ask how the queues are."""
        if self._offline is not None:
            with contextlib.suppress(ServerFailed):  # on some, and they wait: what comes next says whether on all
                self._offline.hand_in()
        self._send_reports()
        answer = self._client.queues()
        self._post(ev.QueuesLoaded(answer.queues))
        if self._offline is not None:
            self._offline.hear(answer)

    def _note_server(self, trouble: str | None) -> None:
        """Log when the server is lost and when it is back, and not at every look."""
        if (trouble is None) != (self._trouble is None):
            if trouble is None:
                logger.info("the server tells its queues again")
            else:
                logger.warning("the server does not tell its queues: %s", trouble)
        self._trouble = trouble

    def _send_reports(self) -> None:
        """Send every report in order; one that is refused is dropped, one that is not taken stays first.

        Raises:
            ServerAway: no answer; a server that only fails on a report is not away.
        """
        while self._reports and not self._stopping:
            report = self._reports[0]
            if self._offline is not None and self._offline.is_waiting(report.ticket_id):
                return  # the server does not know this ticket yet
            try:
                self._client.report_print(report)
            except Refused as exc:
                logger.error("the server refused the report on ticket %s: %s", report.ticket_id, exc)
            except ServerFailed:
                return
            self._reports.popleft()
