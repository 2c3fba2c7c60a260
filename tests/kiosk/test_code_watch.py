"""What becomes of a scanned code's answer that comes late: it never reaches the next visitor."""

import random
import threading
from collections.abc import Iterator
from datetime import date

import pytest

from devices.credentials.token import CredentialToken
from devices.errors import CredentialRefused
from devices.identity.synthetic import synthetic_resident
from devices.ports import CredentialResolver
from devices.scanners.scan import Scan
from devices.supervisor import DeviceWorker
from hall.identity import DocumentKind, IdentityDocument, Verification
from kiosk.adapters.card_watch import person_of
from kiosk.adapters.code_watch import BEGIN_S, STALE_S, CodeWatch
from kiosk.flow import events as ev
from kiosk.flow.screens import Screen
from kiosk.flow.visit import ENDS_AFTER_S
from settings.devices.credentials import HttpPlatform

TODAY = date(2026, 3, 3)
PERSON = synthetic_resident(random.Random(5), TODAY)
DOCUMENT = IdentityDocument(
    kind=DocumentKind.E_CREDENTIAL,
    number=PERSON.number,
    name=PERSON.name,
    verification=Verification.READ_UNVERIFIED,
)


class SlowPlatform:
    """Answers when it is told to, as it is told to."""

    name = "K01.credentials"

    def __init__(self) -> None:
        self.may_answer, self.refuses = threading.Event(), False

    def resolve(self, token: CredentialToken) -> IdentityDocument:
        assert self.may_answer.wait(5)
        if self.refuses:
            raise CredentialRefused(self.name, "the platform refused the code")
        return DOCUMENT

    def check(self) -> str | None:
        return None

    def close(self) -> None:
        pass


class OneCode:
    """A scanner under which one code lies."""

    name = "K01.scanner"

    def poll(self) -> Scan | None:
        return Scan("a-synthetic-code")

    def check(self) -> str | None:
        return None

    def close(self) -> None:
        pass


@pytest.fixture
def platform() -> Iterator[SlowPlatform]:
    yield (platform := SlowPlatform())
    platform.may_answer.set()


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize(("age_s", "is_told"), [(STALE_S - 0.1, True), (STALE_S + 0.1, False)])
def test_an_answer_that_comes_late_is_dropped(platform: SlowPlatform, refuses: bool, age_s: float, is_told: bool):
    heard: list[ev.Event] = []
    clock = [100.0]
    worker: DeviceWorker[CredentialResolver] = DeviceWorker(
        platform.name, "credentials", lambda: platform, lambda _health: None
    )
    worker.start()
    watch = CodeWatch(
        heard.append, lambda document: person_of(document, TODAY), "http://hall.test", worker, seconds=lambda: clock[0]
    )
    platform.refuses = refuses

    watch.look(OneCode())
    assert heard == [ev.CardNoticed()]
    clock[0] += age_s
    platform.may_answer.set()
    worker.submit(lambda _platform: None, deadline_s=5).result(5)  # by now the answer has been told
    worker.close()

    answers = [type(event) for event in heard[1:]]
    assert answers == ([ev.CardFailed if refuses else ev.CardRead] if is_told else [])


def test_a_platform_has_answered_before_the_screen_gives_up():
    (longest_s,) = (part.le for part in HttpPlatform.model_fields["timeout_s"].metadata if hasattr(part, "le"))

    assert BEGIN_S + longest_s <= STALE_S < ENDS_AFTER_S[Screen.READING]
