"""Site files: what is wrong with one is said in a sentence, for the person who edits it."""

import os
from pathlib import Path

import pytest

from hall.texts import ENGLISH
from settings.load import SettingsError, hall_plan, read_site
from settings.locale import texts_in
from settings.show import printed

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "halls" / "sample_city.toml"

SITE = """\
catalogue = "catalogue.toml"

[hall]
hall_id = "test-hall"
name = "测试大厅"
name_en = "Test hall"

[[zones]]
zone_id = "A"
name = "甲区"
name_en = "Zone A"

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

[[kiosks]]
kiosk_id = "K01"
zone = "A"
printer = { kind = "tcp", host = "127.0.0.1", port = 9100 }

[[boards]]
board_id = "B01"
port = "/dev/ttyUSB0"
counters = [3, 4]

[server]
database = "data/hall.sqlite"

[broker]
password = "from-file"
"""
CATALOGUE = """\
departments = [{ key = "civil", name = "民政局", name_en = "Civil affairs", credit_code = "11110000000000000A" }]

[[items]]
key = "marriage"
name = "婚姻登记"
name_en = "Marriage"
department = "civil"
item_code = "1111000000000000000000000000001"
queue = "A"
time_class = "M"
"""


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("HALLQ_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path):
    def new(site=SITE, catalogue=CATALOGUE) -> Path:
        (tmp_path / "catalogue.toml").write_text(catalogue)
        (tmp_path / "site.toml").write_text(site)
        return tmp_path / "site.toml"

    return new


def complaint(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        hall_plan(read_site(path))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_site_file_is_read_and_its_paths_are_taken_from_its_own_folder(write, tmp_path):
    site = read_site(write())

    assert site.catalogue == tmp_path / "catalogue.toml"
    assert site.server.database == tmp_path / "data" / "hall.sqlite"
    assert list(hall_plan(site).counters) == ["3", "4"]


def test_a_control_socket_is_taken_from_the_site_files_folder_too(write, tmp_path):
    path = write(SITE.replace('kiosk_id = "K01"', 'kiosk_id = "K01"\ncontrol_socket = "K01.sock"'))

    assert read_site(path).kiosks[0].control_socket == tmp_path / "K01.sock"


def test_the_file_of_accepted_codes_is_taken_from_the_site_files_folder_too(write, tmp_path):
    platform = 'credentials = { kind = "http", url = "https://gateway.example/resolve", used_file = "codes" }'
    path = write(SITE.replace('kiosk_id = "K01"', f'kiosk_id = "K01"\n{platform}'))

    credentials = read_site(path).kiosks[0].credentials

    assert credentials is not None
    assert credentials.used_file == tmp_path / "codes"


def test_an_absolute_path_stays_what_it_is(write):
    site = read_site(write(SITE.replace("data/hall.sqlite", "/var/lib/hallq/hall.sqlite")))

    assert site.server.database == Path("/var/lib/hallq/hall.sqlite")


def test_the_sample_city_is_usable_as_it_is_shipped():
    plan = hall_plan(read_site(SAMPLE))

    assert (len(plan.queues), len(plan.counters)) == (13, 52)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[server]\n", "[server]\ndatabse = 1\n", "server.databse: unknown key; did you mean 'database'?"),
        ("[broker]\n", "[brokre]\n", "brokre: unknown key; did you mean 'broker'?"),
        ("zone_id =", "zoneid =", "did you mean 'zone_id'?"),
        ('host = "127.0.0.1", port', 'hots = "127.0.0.1", port', "hots: unknown key; did you mean 'host'?"),
        ('port = "/dev/ttyUSB0"', 'port = "/dev/ttyUSB0"\nbuad = 9600', "buad: unknown key; did you mean 'baud'?"),
        ("[server]\n", "[server]\nqqqqq = 1\n", "server.qqqqq: unknown key"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(write, old, new, says):
    path = write(SITE.replace(old, new, 1))

    message = complaint(path)

    assert message.startswith(f"{path}: ")
    assert says in message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("port = 9100", "port = 91000", "less than or equal to 65535 (it says 91000)"),
        ('hall_id = "test-hall"', 'hall_id = "测试"', "hall.hall_id"),
        (
            'hall_id = "test-hall"',
            'hall_id = "test-hall"\ntime_zone = "Asia/Peking"',
            "no such time zone: 'Asia/Peking'",
        ),
        ('prefix = "A"', 'prefix = "I"', "queues.0.prefix"),
        ('kind = "comprehensive"', 'kind = "magic"', "counters.0.kind"),
        ("numbers = [3, 4]", "numbers = []", "counters.0.numbers"),
        ("[server]\n", "[server]\nrating_s = 3\n", "server.rating_s"),
        ("[server]\n", '[server]\nport = "eighty"\n', "it says 'eighty'"),
        ('printer = { kind = "tcp"', 'printer = { kind = "lpt"', "kiosks.0.printer"),
        ("port = 9100", "port = 0", "greater than or equal to 1"),
        ("[broker]\n", "[broker]\nport = 0\n", "broker.port"),
        ("[broker]\n", '[broker]\nhost = ""\n', "broker.host"),
        ("[server]\n", "[clock]\nhall_epoch = 2026-03-02T09:00:00\n[server]\n", "clock.hall_epoch"),
    ],
)
def test_an_impossible_value_is_refused_with_its_place(write, old, new, says):
    assert says in complaint(write(SITE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "tcp", host', "host", "kiosks.0.printer: needs a kind"),
        ('kind = "tcp"', 'kind = "telex"', "there is no such kind; there is: 'tcp', 'serial', 'usb', 'file'"),
        ('board_id = "B01"\n', "", "boards.0.board_id: is missing"),
        ("[[boards]]", "[boards]", "write it as a list, or as tables with two brackets"),
        ("port = 9100", 'port = "abc"', "is no whole number (it says 'abc')"),
        ('zone_id = "A"', "zone_id = 1", "is no text; put it between quotation marks"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(write, old, new, says):
    assert says in complaint(write(SITE.replace(old, new, 1)))


def test_a_platforms_key_that_no_request_can_hold_is_refused_and_not_quoted(write):
    platform = 'credentials = { kind = "http", url = "https://platform.example/", key = "hall-secret\\n" }\n'

    said = complaint(write(SITE.replace("\n[[boards]]", platform + "\n[[boards]]")))

    assert "kiosks.0.credentials.key: the key holds a line break" in said
    assert "hall-secret" not in said


def test_a_password_of_the_wrong_type_is_not_quoted(write):
    message = complaint(write(SITE.replace('password = "from-file"', "password = 246813579")))

    assert "broker.password" in message
    assert "246813579" not in message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name_en = "A"\nzone = "A"', 'name_en = "A"\nzone = "X"', "queue A: no such zone: 'X'"),
        ('queues = ["A"]', 'queues = ["A", "B"]', "counters 3…: no such queue: 'B'"),
        ("counters = [3, 4]", "counters = [3, 5]", "board B01: no such counter: 5"),
        ('kiosk_id = "K01"\nzone = "A"', 'kiosk_id = "K01"\nzone = "Y"', "kiosk K01: no such zone: 'Y'"),
        ("numbers = [3, 4]", "numbers = [3, 4, 3]", "counters: number 3 is given twice"),
        ("[server]", '[[bars]]\nkind = "onbon"\nbars_id = "B01"\ncounter = 3\nhost = "h"\n\n[server]',
         "kiosks, boards, bars, lines and tablets: id 'B01' is given twice"),
        ("[server]", '[[bars]]\nkind = "onbon"\nbars_id = "L01"\ncounter = 9\nhost = "h"\n\n[server]',
         "bars L01: no such counter: 9"),
        ("counters = [3, 4]", "counters = [3, 3]", "boards: counter 3 is given twice"),
        ("[[queues]]", '[[queues]]\nprefix = "A"\nname = "乙"\nname_en = "B"\nzone = "A"\n\n[[queues]]',
         "queues: prefix 'A' is given twice"),
        ("[[zones]]", '[[zones]]\nzone_id = "A"\nname = "乙"\nname_en = "B"\n\n[[zones]]',
         "zones: zone_id 'A' is given twice"),
        ("[[kiosks]]", '[[kiosks]]\nkiosk_id = "K01"\nzone = "A"\n\n[[kiosks]]',
         "kiosks: kiosk_id 'K01' is given twice"),
        ("counters = [3, 4]", 'counters = [3]\n\n[[boards]]\nboard_id = "B01"\nport = "/dev/ttyUSB1"\ncounters = [4]',
         "boards: board_id 'B01' is given twice"),
        ('board_id = "B01"', 'board_id = "K01"', "kiosks and boards: id 'K01' is given twice"),
        ("printer =", 'readers = [{ kind = "pcsc", reader = "a" }, { kind = "pcsc", reader = "b" }]\nprinter =',
         "kiosk K01: a reader of kind 'pcsc' is given twice"),
    ],
)  # fmt: skip
def test_names_that_do_not_meet_are_refused(write, old, new, says):
    assert says in complaint(write(SITE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('department = "civil"', 'department = "civli"', "item marriage: no such department: 'civli'"),
        ('queue = "A"', 'queue = "B"', "item marriage: no such queue: 'B'"),
        ("item_code = ", "item_kode = ", "did you mean 'item_code'?"),
        ("[[items]]", CATALOGUE[CATALOGUE.index("[[items]]") :].replace('"marriage"', '"divorce"') + "\n[[items]]",
         "items divorce and marriage have the same item_code"),
        ("[[items]]", CATALOGUE[CATALOGUE.index("[[items]]") :] + "\n[[items]]", "item marriage is given twice"),
    ],
)  # fmt: skip
def test_a_catalogue_that_does_not_fit_the_hall_is_refused_by_its_own_name(write, tmp_path, old, new, says):
    message = complaint(write(catalogue=CATALOGUE.replace(old, new, 1)))

    assert message.startswith(f"{tmp_path / 'catalogue.toml'}: ")
    assert says in message


DIVORCE = CATALOGUE[CATALOGUE.index("[[items]]") :].replace("marriage", "divorce").replace("0001", "0002")
NOON = """\
[hours]
core = ["09:00-12:00", "13:00-17:00"]
noon = "12:00-13:00"

"""


def with_ability(site: str, item: str, *, at_noon: bool = False) -> str:
    """The site with counters that handle one item alone."""
    able = f'abilities = [{{ department = "civil", items = ["{item}"] }}]\nopens_at_noon = {str(at_noon).lower()}'
    return site.replace('queues = ["A"]', f'queues = ["A"]\n{able}', 1)


def test_a_matter_that_no_counter_handles_is_refused_with_the_mend(write):
    other_queue = '[[queues]]\nprefix = "B"\nname = "乙"\nname_en = "B"\nzone = "A"\n\n[[queues]]'
    of_queue_b = CATALOGUE + DIVORCE.replace('queue = "A"', 'queue = "B"')

    able = complaint(write(with_ability(SITE, "marriage"), CATALOGUE + DIVORCE))
    served = complaint(write(SITE.replace("[[queues]]", other_queue, 1), of_queue_b))

    assert "item divorce: no counter handles it; name it among the abilities of a counter that serves queue A" in able
    assert "item divorce: no counter handles it; let a counter serve queue B" in served


def test_noon_is_for_the_matters_that_a_counter_on_the_noon_roster_handles(write):
    two_groups = '[[counters]]\nnumbers = [5]\nkind = "comprehensive"\nzone = "A"\nqueues = ["A"]\n\n[[kiosks]]'
    site = with_ability(SITE, "divorce", at_noon=True).replace("[[kiosks]]", two_groups, 1)

    plan = hall_plan(read_site(write(site.replace("[server]", NOON + "[server]", 1), CATALOGUE + DIVORCE)))

    divorce, marriage = plan.hours_of("divorce"), plan.hours_of("marriage")
    assert divorce is not None
    assert marriage is not None
    assert (divorce.noon_counters, marriage.noon) == (2, None)
    assert divorce.noon is not None


def test_a_queue_without_a_matter_that_is_handled_at_noon_rests_then(write):
    other_queue = '[[queues]]\nprefix = "B"\nname = "乙"\nname_en = "B"\nzone = "A"\n\n[[queues]]'
    two_groups = '[[counters]]\nnumbers = [5]\nkind = "comprehensive"\nzone = "A"\nqueues = ["B"]\n\n[[kiosks]]'
    site = with_ability(SITE, "marriage", at_noon=True).replace("[[queues]]", other_queue, 1)
    site = site.replace('queues = ["A"]', 'queues = ["A", "B"]', 1).replace("[[kiosks]]", two_groups, 1)
    catalogue = CATALOGUE + DIVORCE.replace('queue = "A"', 'queue = "B"')

    plan = hall_plan(read_site(write(site.replace("[server]", NOON + "[server]", 1), catalogue)))

    assert plan.queues["A"].hours is not None
    assert plan.queues["B"].hours is not None
    assert plan.queues["A"].hours.noon is not None
    assert plan.queues["B"].hours.noon is None


def test_a_matter_that_rests_while_its_queue_gives_numbers_is_refused(write):
    two_groups = '[[counters]]\nnumbers = [5]\nkind = "comprehensive"\nzone = "A"\nqueues = ["A"]\n\n[[kiosks]]'
    at_noon = 'zone = "A"\nhours = { intervals = [{ period = "12:00-13:00", quota = 9 }] }\n\n[[counters]]'
    site = with_ability(SITE, "divorce", at_noon=True).replace("[[kiosks]]", two_groups, 1)
    site = site.replace('zone = "A"\n\n[[counters]]', at_noon, 1).replace("[server]", NOON + "[server]", 1)

    message = complaint(write(site, CATALOGUE + DIVORCE))

    assert "queue A, item marriage: numbers are drawn only at noon" in message


def test_numbers_are_drawn_at_the_sites_kiosks_and_at_its_counters(write):
    plan = hall_plan(read_site(write()))

    assert plan.places == {"K01", "3", "4"}


def test_a_missing_site_file_and_a_missing_catalogue_are_named(write, tmp_path):
    path = write()
    (tmp_path / "catalogue.toml").unlink()

    assert complaint(path) == f"{tmp_path / 'catalogue.toml'}: there is no such file"
    path.unlink()
    assert complaint(path) == f"{path}: there is no such file"


def test_broken_toml_is_refused_with_the_line(write):
    assert "not valid TOML" in (message := complaint(write(SITE.replace("[[zones]]", "[[zones]"))))
    assert "line 8" in message


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: p.write_bytes(b"\xff\xfe\x00")])
def test_what_is_not_a_text_file_is_refused(tmp_path, make):
    make(tmp_path / "site.toml")

    assert "cannot be read" in complaint(tmp_path / "site.toml")


def test_the_environment_wins_over_the_file(write, monkeypatch):
    path = write()
    monkeypatch.setenv("HALLQ_BROKER__PASSWORD", "from-environment")
    monkeypatch.setenv("HALLQ_BROKER__USERNAME", "hallq")

    broker = read_site(path).broker

    assert broker.password.get_secret_value() == "from-environment"
    assert (broker.username, broker.port) == ("hallq", 1883)


def test_without_a_variable_the_file_counts(write):
    assert read_site(write()).broker.password.get_secret_value() == "from-file"


def test_an_unknown_key_in_the_environment_is_refused_too(write, monkeypatch):
    monkeypatch.setenv("HALLQ_BROKER__PASWORD", "typo")

    assert "broker.pasword: unknown key; did you mean 'password'?" in complaint(write())


@pytest.mark.parametrize("table", ["BROKER", "ZONES"])
def test_a_variable_for_a_whole_table_that_is_no_json_is_refused_without_its_value(write, monkeypatch, table):
    monkeypatch.setenv(f"HALLQ_{table}", '{"password": "opensesame"')

    message = complaint(write())

    assert f'the environment: error parsing value for field "{table.lower()}"' in message
    assert "opensesame" not in message


def test_a_variable_that_is_no_setting_is_left_alone(write, monkeypatch):
    monkeypatch.setenv("HALLQ_CACHE", "/var/cache/hallq")

    assert read_site(write()).hall.hall_id == "test-hall"


def test_settings_are_frozen(write):
    site = read_site(write())

    with pytest.raises(ValueError, match="frozen"):
        site.server.port = 1


def test_what_is_printed_masks_the_password_and_nothing_else(write):
    shown = printed(read_site(write()))

    assert "from-file" not in shown
    assert '"password": "**********"' in shown
    assert "测试大厅" in shown


def test_english_texts_need_no_file(tmp_path):
    assert texts_in("en", tmp_path) is ENGLISH


def test_texts_are_read_from_every_catalogue_of_a_language(tmp_path):
    (tmp_path / "zh_CN").mkdir()
    (tmp_path / "zh_CN" / "kiosk.po").write_text('msgid "Welcome"\nmsgstr "欢迎"\n')
    (tmp_path / "zh_CN" / "pages.po").write_text('msgid "Waiting"\nmsgstr "等候"\n\nmsgid "Empty"\nmsgstr ""\n')

    texts = texts_in("zh_CN", tmp_path)

    assert [texts("Welcome"), texts("Waiting"), texts("Empty")] == ["欢迎", "等候", "Empty"]


def test_a_language_without_texts_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="there are no texts for this language"):
        texts_in("zh_CN", tmp_path)


@pytest.mark.parametrize("contents", [b'msgid "open\n', b"\xff\xfe\xfa", b"what is this\n"])
def test_a_broken_catalogue_of_texts_is_named(tmp_path, contents):
    (tmp_path / "zh_CN").mkdir()
    broken = tmp_path / "zh_CN" / "kiosk.po"
    broken.write_bytes(contents)

    with pytest.raises(SettingsError, match=r"kiosk\.po: not a usable catalogue of texts"):
        texts_in("zh_CN", tmp_path)


def test_only_the_innermost_of_two_errors_in_one_place_is_told(write):
    said = complaint(write(SITE.replace("[[zones]]\n", "[[zones]]\nflor = 2\n", 1)))

    assert "zones.0.flor: unknown key; did you mean 'floor'?" in said
    assert "at least 1 item" not in said  # follows from the other
