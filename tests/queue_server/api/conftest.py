from pathlib import Path

import pytest

from hall.catalogue import HallPlan
from tests.queue_server.api.server import Hall


@pytest.fixture
def hall(plan: HallPlan, tmp_path: Path) -> Hall:
    return Hall(plan, tmp_path)
