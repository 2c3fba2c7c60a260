"""Opens the way to the platform behind visitors' QR codes."""

from collections.abc import Callable
from datetime import date

from devices.credentials.http_resolver import HttpCredentialResolver
from devices.credentials.used_tokens import UsedTokens
from devices.ports import CredentialResolver
from settings.devices import credentials as tables


def open_resolver(
    table: tables.CredentialPlatform, name: str, terminal: str, today: Callable[[], date]
) -> CredentialResolver:
    """Open it; nothing is asked yet.

    Args:
        name: as health and logs call it, e.g. "K01.credentials".
        terminal: the kiosk's id, for the platform's own records.
        today: the hall's day, for checks of numbers.

    Raises:
        DeviceUnavailable: the file of accepted codes cannot be used.
    """
    return HttpCredentialResolver(
        table.url,
        terminal,
        name,
        used=UsedTokens(table.used_file, name=name),
        today=today,
        key=table.key.get_secret_value() if table.key is not None else None,
        timeout_s=table.timeout_s,
    )
