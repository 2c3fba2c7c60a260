import pytest

from tests.commands.doctor.sites import SITE


@pytest.fixture
def site(tmp_path):
    def new(more=""):
        path = tmp_path / "site.toml"
        path.write_text(SITE.format(more=more), encoding="utf-8")
        (tmp_path / "catalogue.toml").write_text("departments = []\nitems = []\n")
        return path

    return new
