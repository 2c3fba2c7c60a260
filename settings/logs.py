"""How processes log: one line an event on standard error, with whatever looks like an identity number masked."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

IDENTITY_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:18|19|20)\d{9}[0-9Xx](?![0-9A-Za-z])")  # GB 11643, 18 characters
MASK = "[identity number]"


def redact(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: the last net under the rule that personal data never reaches a log."""
    return {key: _masked(value) for key, value in event.items()}


def set_up_logs(process: str, *, level: int = logging.INFO) -> None:
    """Send every logger of this process to standard error; `process` names it on each line."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_Named(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("alembic", "PIL", "httpx", "httpcore", "uvicorn.access", "kivy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _Named(logging.Filter):
    """Puts the process's name before each message."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(record, "is_named", False):
            record.msg, record.is_named = f"[{self._process}] {record.msg}", True
        return True


def _masked(value: object) -> object:
    return IDENTITY_NUMBER.sub(MASK, value) if isinstance(value, str) else value
