from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.adapters.sql_journal import SqlJournal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hall.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[SqlJournal]:
    journal = SqlJournal(path)
    yield journal
    journal.close()
