"""Addresses, statuses and headers of the pages, at the real server."""

import re

import httpx
import pytest

CONTENT_POLICY = "default-src 'self'"


def links_in(html: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/[^"]*)"', html)


@pytest.fixture
def client(hall):
    with httpx.Client(base_url=hall.url, timeout=10) as opened:
        yield opened


def test_the_index_leads_to_every_page_and_every_link_answers(client):
    links = links_in(client.get("/").text)

    assert {"/manager", "/display", "/display/A", "/counter/1", "/counter/52"} <= set(links)
    assert len([link for link in links if link.startswith("/counter/")]) == 52
    some = [link for link in links if not link.startswith("/counter/")] + ["/counter/51"]
    assert {link: client.get(link).status_code for link in some} == dict.fromkeys(some, 200)


@pytest.mark.parametrize(
    "path", ["/", "/counter/1", "/display", "/display/A", "/manager", "/t/unknown", "/counter/999"]
)
def test_pages_may_load_nothing_from_elsewhere(client, path):
    headers = client.get(path).headers

    assert headers["content-security-policy"].startswith(CONTENT_POLICY)
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "text/html; charset=utf-8"


def test_static_files_are_kept_for_good_under_an_address_that_names_the_release(client):
    styles = [link for link in links_in(client.get("/display").text) if link.endswith((".css", ".js"))]

    assert len(styles) == 3
    for link in styles:
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(re.sub(r"/static/\w+/", "/static/0000000000000000/", styles[0])).status_code == 404


@pytest.mark.parametrize("name", ["%2e%2e/rendering.py", "..%2frendering.py", "nothing.js"])
def test_nothing_but_the_static_files_is_served(client, name):
    folder = re.search(r"/static/\w+/", client.get("/").text)
    assert folder is not None

    assert client.get(folder[0] + name).status_code == 404


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/counter/999", "本大厅没有999号窗口"),
        ("/display/nowhere", "本大厅没有功能区nowhere"),
        ("/t/0b7c", "今日没有这张号票"),
        ("/t/%3Cscript%3E", "今日没有这张号票"),
    ],
)
def test_what_does_not_exist_is_said_in_a_friendly_page(client, path, sentence):
    answer = client.get(path)

    assert answer.status_code == 404
    assert sentence in answer.text
    assert "<script>" not in answer.text


def test_a_ticket_page_can_be_read_without_scripts(client, hall):
    ticket = hall.ticket("P")

    html = client.get(f"/t/{ticket['ticket_id']}").text

    assert ticket["display_number"] in html
    assert "等候中" in html
    assert ticket["status_url"] == f"{hall.url}/t/{ticket['ticket_id']}"
