"""The real processes, started as they are in a hall: what they say of a site file and of a taken port."""

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "halls" / "sample_city.toml"
PROCESSES = {
    "queue_server.main": [],
    "kiosk.main": ["--id", "K01"],
    "firmware_bridge.main": [],
}


def run(module, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HALLQ_")}
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, env=kept | environment)


@pytest.fixture
def site_with_password(tmp_path):
    text = SAMPLE.read_text(encoding="utf-8")
    text = text.replace("[broker]\n", '[broker]\nusername = "hallq"\npassword = "from-file-secret"\n')
    text = text.replace('"../c', f'"{ROOT}/config/c').replace("../../.hallq/", "")
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    return tmp_path / "site.toml"


@pytest.mark.parametrize("module", PROCESSES)
def test_what_is_in_force_is_printed_as_json_with_secrets_masked(module, site_with_password):
    secret = {"HALLQ_BROKER__PASSWORD": "from-environment-secret"}

    done = run(module, "--config", site_with_password, *PROCESSES[module], "--print-config", **secret)

    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["broker"]["username"] == "hallq"
    assert set(shown["broker"]["password"]) == {"*"}
    assert "secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("module", PROCESSES)
def test_a_site_file_that_cannot_be_used_ends_with_one_sentence_and_status_2(module, site_with_password):
    text = site_with_password.read_text(encoding="utf-8")
    site_with_password.write_text(text.replace("public_url", "publik_url"), encoding="utf-8")

    done = run(module, "--config", site_with_password, *PROCESSES[module])

    assert done.returncode == 2
    assert done.stderr == f"{site_with_password}: server.publik_url: unknown key; did you mean 'public_url'?\n"


def test_a_taken_port_ends_the_server_with_one_sentence_and_status_2(site_with_password):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = run("queue_server.main", "--config", site_with_password, HALLQ_SERVER__PORT=str(port))

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert not list(site_with_password.parent.glob("*.sqlite*"))


def test_an_address_of_another_machine_is_told_from_a_taken_port(site_with_password):
    text = site_with_password.read_text(encoding="utf-8").replace(
        'host = "127.0.0.1"\nport = 8080', 'host = "192.0.2.7"'
    )
    site_with_password.write_text(text, encoding="utf-8")

    done = run("queue_server.main", "--config", site_with_password)

    assert done.returncode == 2
    assert "this machine has no such address" in done.stderr


def test_a_tablets_token_is_shown_once_with_what_the_site_file_keeps_of_it(site_with_password):
    done = run("queue_server.main", "--config", site_with_password, "--new-tablet-token")

    assert done.returncode == 0, done.stderr
    token = done.stdout.splitlines()[1]
    assert f'token_sha256 = "{hashlib.sha256(token.encode()).hexdigest()}"' in done.stdout
    assert not list(site_with_password.parent.glob("*.sqlite*"))
