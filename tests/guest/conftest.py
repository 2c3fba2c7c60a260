"""A guest machine for the tests of this folder: booted once, or skipped with the reason."""

from collections.abc import Iterator

import pytest

from tests.guest.image import image, missing
from tests.guest.machine import Machine


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "guest: runs inside an emulated machine; with --guest or --full only")


@pytest.fixture(scope="session")
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    if not (request.config.getoption("--guest") or request.config.getoption("--full")):
        pytest.skip("boots an emulated machine for a minute: give --guest or --full")
    if why := missing():
        pytest.skip(why)
    with Machine(image()) as booted:
        yield booted
