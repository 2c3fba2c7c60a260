"""A real pcscd of our own, with virtual readers, for every test of a device."""

from collections.abc import Iterator

import pytest

from devices.identity.private_pcscd import NeedsRoot, NotInstalled, PrivatePcscd


@pytest.fixture(scope="session")
def pcscd() -> Iterator[PrivatePcscd]:
    """One for the whole session: libpcsclite looks for its socket once in a process.

    Tests of readers take the first six in turn; the last one is the contract's.
    """
    daemon = PrivatePcscd(readers=8)
    try:
        daemon.start()
    except (NeedsRoot, NotInstalled) as exc:
        pytest.skip(str(exc))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in daemon.environment.items():
            patch.setenv(name, value)
        yield daemon
    daemon.stop()
