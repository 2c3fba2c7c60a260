"""Templates and the addresses of static files, without a server."""

import json
import re

import pytest

from hall.texts import ENGLISH, Texts
from queue_server.pages.rendering import Renderer, assets_digest

EVIL = "</script><script>alert('1')</script>&\"<b>"


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def not_found(renderer: Renderer, texts: Texts = ENGLISH, **values: object) -> str:
    known = {"hall": "Hall", "title": "Title", "detail": "Detail"} | values
    return bytes(renderer.page("not_found", texts, status=404, **known).body).decode()


def test_names_from_the_site_file_are_escaped(renderer):
    html = not_found(renderer, hall=EVIL, title=EVIL)

    assert "<script>alert" not in html
    assert "&lt;/script&gt;" in html


def test_data_for_modules_comes_back_whole_and_cannot_end_its_element(renderer):
    response = renderer.page("display", ENGLISH, hall="Hall", zone=None, data={"name": EVIL})

    html = bytes(response.body).decode()
    held = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.DOTALL)
    assert held is not None
    assert json.loads(held[1])["name"] == EVIL


def test_the_language_of_the_site_is_the_language_of_the_page(renderer):
    assert '<html lang="en">' in not_found(renderer)
    assert '<html lang="zh-CN">' in not_found(renderer, Texts({"x": "y"}, "zh_CN"))


def test_the_status_is_the_one_asked_for(renderer):
    response = renderer.page("not_found", ENGLISH, status=404, hall="H", title="T", detail="D")

    assert response.status_code == 404


def test_the_digest_changes_with_any_file_and_with_nothing_else(tmp_path):
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "b.js").write_text("2")
    before = assets_digest(tmp_path)

    assert assets_digest(tmp_path) == before
    (tmp_path / "b.js").write_text("3")
    changed = assets_digest(tmp_path)
    (tmp_path / "b.js").rename(tmp_path / "c.js")
    assert len({before, changed, assets_digest(tmp_path)}) == 3
