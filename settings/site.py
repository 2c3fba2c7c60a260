"""What a site file may say. Every key is known, every value has a range; anything else is refused by name."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hall.catalogue import IdentityPolicy, TimeClass
from hall.counter import CounterKind
from settings.devices.bars import Bars
from settings.devices.boards import BoardTable
from settings.devices.kiosks import KioskTable
from settings.devices.lines import EvaluatorModelTable, LineTable
from settings.devices.speakers import Syn6288Table
from settings.devices.tablets import TabletTable
from settings.hours import AppointmentsTable, CalendarTable, HoursTable, QueueHoursTable
from settings.rules import RulesTable
from settings.table import Host, Identifier, Name, OwnPort, Port, Prefix, Table


class HallTable(Table):
    """[hall]: who and where."""

    hall_id: Identifier
    name: Name
    name_en: Name
    time_zone: str = "Asia/Shanghai"
    language: Literal["zh_CN", "en"] = "zh_CN"
    name_mn: Name | None = None  # traditional Mongolian, for printed papers; None: Chinese only
    person_key_file: Path | None = None  # the secret behind people's hashes; None: no rule asks who somebody is

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise ValueError(f"no such time zone: {value!r}") from exc
        return value


class ZoneTable(Table):
    """[[zones]]: a part of the hall with its own sound and displays."""

    zone_id: Identifier
    name: Name
    name_en: Name
    floor: Annotated[int, Field(ge=-5, le=100)] = 1
    name_mn: Name | None = None


class QueueTable(Table):
    """[[queues]]: a line of waiting visitors."""

    prefix: Prefix
    name: Name
    name_en: Name
    zone: Identifier
    identity: IdentityPolicy = IdentityPolicy.OPTIONAL
    hours: QueueHoursTable | None = None


class AbilityTable(Table):
    """A department, and those of its matters that a counter handles."""

    department: Identifier
    items: tuple[Identifier, ...] = ()  # none named: all of the department's


class CountersTable(Table):
    """[[counters]]: counters that are alike."""

    numbers: Annotated[tuple[Annotated[int, Field(ge=0, le=999)], ...], Field(min_length=1)]
    kind: CounterKind
    zone: Identifier
    queues: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    abilities: Annotated[tuple[AbilityTable, ...], Field(min_length=1)] | None = (
        None  # None: all of the queues' matters
    )
    opens_at_noon: bool = False


class ServerTable(Table):
    """[server]: the hall queue server."""

    host: Host = "127.0.0.1"
    port: OwnPort = 8080
    public_url: str = "http://127.0.0.1:8080"  # what a ticket's QR points to, and where kiosks call
    database: Path = Path("hall.sqlite")
    rating_s: Annotated[float, Field(ge=5, le=600)] = 30


class BrokerTable(Table):
    """[broker]: the hall's mosquitto."""

    host: Host = "127.0.0.1"
    port: Port = 1883
    username: str | None = None
    password: SecretStr | None = None


class SpeechTable(Table):
    """[speech]: how calls are spoken."""

    output: Literal["auto", "sound_card", "wav", "off", "syn6288"] = "auto"  # "syn6288" falls back to "auto"
    wav_folder: Path = Path("speech")
    repeat: Annotated[int, Field(ge=1, le=3)] = 2
    syn6288: Syn6288Table | None = None

    @model_validator(mode="after")
    def _module_has_a_port(self) -> "SpeechTable":
        if self.output == "syn6288" and self.syn6288 is None:
            raise ValueError('output = "syn6288" needs [speech.syn6288] with its port')
        return self


class ClockTable(Table):
    """[clock]: only for simulations (see `HallClock`); left out, the hall runs on real time."""

    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0
    real_epoch_s: float = 0.0
    hall_epoch: AwareDatetime | None = None  # without an offset the machine's zone would count


class DepartmentTable(Table):
    """[[departments]] of a catalogue."""

    key: Identifier
    name: Name
    name_en: Name
    credit_code: Annotated[str, Field(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]


class ItemTable(Table):
    """[[items]] of a catalogue."""

    key: Identifier
    name: Name
    name_en: Name
    department: Identifier
    item_code: Annotated[str, Field(min_length=31, max_length=31)]
    queue: Prefix
    time_class: TimeClass
    weekend_self_service: bool = False  # devices serve it on rest days
    name_mn: Name | None = None


class Catalogue(Table):
    """A catalogue file: departments and the matters they handle."""

    departments: tuple[DepartmentTable, ...]
    items: tuple[ItemTable, ...]


class Site(BaseSettings):
    """The whole site file. `HALLQ_BROKER__PASSWORD` and the like in the environment win over the file."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="HALLQ_", env_nested_delimiter="__")

    hall: HallTable
    catalogue: Path
    zones: Annotated[tuple[ZoneTable, ...], Field(min_length=1)]
    queues: Annotated[tuple[QueueTable, ...], Field(min_length=1)]
    counters: Annotated[tuple[CountersTable, ...], Field(min_length=1)]
    kiosks: tuple[KioskTable, ...] = ()
    boards: tuple[BoardTable, ...] = ()
    bars: tuple[Bars, ...] = ()
    lines: tuple[LineTable, ...] = ()
    evaluator_models: tuple[EvaluatorModelTable, ...] = ()
    tablets: tuple[TabletTable, ...] = ()
    hours: HoursTable | None = None
    calendar: CalendarTable = CalendarTable()
    appointments: AppointmentsTable = AppointmentsTable()
    rules: RulesTable = RulesTable()
    server: ServerTable = ServerTable()
    broker: BrokerTable = BrokerTable()
    speech: SpeechTable = SpeechTable()
    clock: ClockTable = ClockTable()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (pydantic passes it by name)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic passes it by name)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic passes it by name)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file, and nothing else."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _names_meet(self) -> "Site":
        numbers = [n for group in self.counters for n in group.numbers]
        prefixes = [q.prefix for q in self.queues]
        _once("counters: number", numbers)
        _once("queues: prefix", prefixes)
        _once("zones: zone_id", [z.zone_id for z in self.zones])
        _once("kiosks: kiosk_id", [k.kiosk_id for k in self.kiosks])
        _once("boards: board_id", [b.board_id for b in self.boards])
        _once("kiosks and boards: id", [k.kiosk_id for k in self.kiosks] + [b.board_id for b in self.boards])
        for kiosk in self.kiosks:  # a device is named after its kiosk and its kind
            _once(f"kiosk {kiosk.kiosk_id}: a reader of kind", [reader.kind for reader in kiosk.readers])
        _once("boards: counter", [n for board in self.boards for n in board.counters])
        _once("bars: counter", [n for bars in self.bars for n in bars.counters])
        self._lines_meet(set(numbers))
        places = [(f"queue {q.prefix}", q.zone) for q in self.queues]
        places += [(f"counters {group.numbers[0]}…", group.zone) for group in self.counters]
        places += [(f"kiosk {k.kiosk_id}", k.zone) for k in self.kiosks]
        _known("zone", {z.zone_id for z in self.zones}, places)
        _known("queue", set(prefixes), [(f"counters {g.numbers[0]}…", p) for g in self.counters for p in g.queues])
        _known("counter", set(numbers), [(f"board {b.board_id}", n) for b in self.boards for n in b.counters])
        _known("counter", set(numbers), [(f"bars {b.bars_id}", n) for b in self.bars for n in b.counters])
        return self

    def _lines_meet(self, counters: Set[int]) -> None:
        ids = [k.kiosk_id for k in self.kiosks] + [b.board_id for b in self.boards] + [b.bars_id for b in self.bars]
        ids += [line.line_id for line in self.lines] + [tablet.tablet_id for tablet in self.tablets]
        _once("kiosks, boards, bars, lines and tablets: id", ids)
        _once("tablets: token_sha256", [tablet.token_sha256 for tablet in self.tablets])
        _known("counter", counters, [(f"tablet {tablet.tablet_id}", tablet.counter) for tablet in self.tablets])
        _once("evaluator_models: model", [m.model for m in self.evaluator_models])
        for line in self.lines:  # one address for both kinds: what acknowledges a pad may start an evaluator
            _once(
                f"line {line.line_id}: address", [p.address for p in line.pads] + [e.address for e in line.evaluators]
            )
        pads = [(f"line {line.line_id}", pad.counter) for line in self.lines for pad in line.pads]
        evaluators = [(f"line {line.line_id}", e.counter) for line in self.lines for e in line.evaluators]
        _once("lines: a pad's counter", [counter for _line, counter in pads])
        _once("lines: an evaluator's counter", [counter for _line, counter in evaluators])
        _known("counter", counters, [*pads, *evaluators])
        used = [(f"line {line.line_id}", e.model) for line in self.lines for e in line.evaluators]
        _known("evaluator model", {m.model for m in self.evaluator_models}, used)


def _once(what: str, values: Sequence[object]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]!r} is given twice")


def _known(what: str, known: Set[object], used: Iterable[tuple[str, object]]) -> None:
    for place, value in used:
        if value not in known:
            raise ValueError(f"{place}: no such {what}: {value!r}")
