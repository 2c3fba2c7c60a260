"""A guest machine for the tests of this folder: booted once, or skipped with the reason."""

from collections.abc import Iterator

import pytest

from tests.guest.image import CannotBuild, image, missing
from tests.guest.machine import Machine


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "guest: runs inside an emulated machine; with --guest or --full only")


@pytest.fixture(scope="session")
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    is_wanted = request.config.getoption("--guest")
    if not is_wanted and not request.config.getoption("--full"):
        pytest.skip("boots an emulated machine for a minute: give --guest or --full")
    if why := missing():
        pytest.skip(why)
    try:
        built = image()
    except CannotBuild as exc:
        if is_wanted:
            raise
        pytest.skip(f"no image can be built: {exc}")
    with Machine(built) as booted:
        yield booted
