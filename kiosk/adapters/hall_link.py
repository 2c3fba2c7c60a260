"""The kiosk's talk with the server, in threads of its own: questions go out, answers are posted into the flow."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hall.messages import IssueTicket, ReportPrint
from kiosk.adapters.hall_client import HallClient, Refused, ServerAway
from kiosk.flow import events as ev

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
MOST_REPORTS_KEPT = 200


class HallLink:
    """Asks the server every few seconds how its queues are, draws numbers, and tells it what became of the paper."""

    def __init__(self, client: HallClient, kiosk_id: str, post: Callable[[ev.Event], None]) -> None:
        """Prepare the link; nothing is asked before `start()`.

        Args:
            client: owned by the link from now on.
            post: hands an event to the flow; called from the link's threads.
        """
        self._client = client
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

    def load_queues(self) -> None:
        """Ask for the queues now rather than in a few seconds."""
        self._look_now.set()

    def draw(self, wish: ev.DrawNumber) -> None:
        """Ask for a number; the answer, or its absence, is posted."""
        self._draws.submit(self._draw, wish)

    def tell_print(self, told: ev.TellPrint) -> None:
        """Report a ticket's paper; kept and sent again while the server is away."""
        self._reports.append(
            ReportPrint(command_id=told.command_id, ticket_id=told.ticket_id, printed=told.printed, cause=told.cause)
        )
        self._look_now.set()

    # ---- in the link's threads ------------------------------------------------------------------------------------

    def _draw(self, wish: ev.DrawNumber) -> None:
        command = IssueTicket(
            command_id=wish.command_id,
            item_key=wish.item_key,
            kiosk_id=self._kiosk_id,
            identity_kind=wish.identity_kind,
            masked_number=wish.masked_number,
        )
        try:
            self._post(ev.TicketDrawn(wish.command_id, self._client.issue(command)))
        except ServerAway as exc:
            logger.warning("no answer to a number's draw: %s", exc)
            self._post(ev.DrawUnanswered(wish.command_id))
        except Refused as exc:
            logger.warning("the server refused a number: %s", exc)
            self._post(ev.DrawRefused(wish.command_id, exc.code))
        except Exception:
            logger.exception("drawing a number failed in an unexpected way")
            self._post(ev.DrawUnanswered(wish.command_id))

    def _work(self) -> None:
        while not self._stopping:
            self._look_now.clear()
            try:
                self._send_reports()
                self._post(ev.QueuesLoaded(self._client.queues().queues))
                self._note_server(None)
            except (ServerAway, Refused) as exc:
                self._note_server(str(exc))
                self._post(ev.ServerLost())
            except Exception:
                logger.exception("asking the server failed in an unexpected way")
                self._post(ev.ServerLost())
            self._look_now.wait(LOOK_EVERY_S)

    def _note_server(self, trouble: str | None) -> None:
        """Log when the server is lost and when it is back, and not at every look."""
        if (trouble is None) != (self._trouble is None):
            if trouble is None:
                logger.info("the server tells its queues again")
            else:
                logger.warning("the server does not tell its queues: %s", trouble)
        self._trouble = trouble

    def _send_reports(self) -> None:
        """Send every report in order; one that is refused is dropped, one that is not answered stays first."""
        while self._reports and not self._stopping:
            report = self._reports[0]
            try:
                self._client.report_print(report)
            except Refused as exc:
                logger.error("the server refused the report on ticket %s: %s", report.ticket_id, exc)
            self._reports.popleft()
