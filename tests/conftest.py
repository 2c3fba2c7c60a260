"""What every test can use: the sample city, and the flag for proofs at full length."""

from dataclasses import replace
from pathlib import Path

import pytest

from hall.catalogue import HallPlan
from hall.rules import HallRules
from settings.load import hall_plan, read_site
from settings.site import Site

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_SITE = ROOT / "config" / "halls" / "sample_city.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--hardware", action="append", default=[], metavar="KIND=PLACE", help="run the devices' contract on real ones"
    )
    parser.addoption("--full", action="store_true", help="run the long proofs at full length")
    parser.addoption("--guest", action="store_true", help="run the proofs inside an emulated machine, too")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def site() -> Site:
    return read_site(SAMPLE_SITE)


@pytest.fixture(scope="session")
def plan(site: Site) -> HallPlan:
    """The sample city, open at any hour, under the rules that a journal begins with: none are adopted at its start."""
    return replace(hall_plan(site.model_copy(update={"hours": None})), rules=HallRules())
