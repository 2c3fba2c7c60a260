"""Site files for the doctor to look at, and what it finds at their devices."""

from commands.doctor import devices
from commands.doctor.findings import examine
from settings.load import read_site

SITE = """\
catalogue = "catalogue.toml"
[hall]
hall_id = "test-hall"
name = "测试大厅"
name_en = "Test hall"

[[zones]]
zone_id = "A"
name = "甲"
name_en = "A"

[[queues]]
prefix = "A"
name = "甲"
name_en = "A"
zone = "A"

[[counters]]
numbers = [3, 4]
kind = "comprehensive"
zone = "A"
queues = ["A"]
{more}
"""


def found(path, *only):
    """What the doctor finds at the site's devices, by name."""
    return {f.check: f for f in examine(devices.checks(read_site(path), frozenset(only)))}


def kiosk(*, readers="", printer=""):
    lines = ["[[kiosks]]", 'kiosk_id = "K01"', 'zone = "A"']
    lines += [f"readers = [{readers}]"] if readers else []
    lines += [f"printer = {printer}"] if printer else []
    return "\n".join(lines)


def board(port, counters="[3, 4]"):
    return f'[[boards]]\nboard_id = "B01"\nport = "{port}"\ncounters = {counters}'
