"""What can be wrong with a device: a type is a decision for the caller, a code is for programs and translations."""


class DeviceError(Exception):
    """Something a device did or did not do.

    Attributes:
        name: the device, as the site file calls it.
        code: stable, lower case; texts on screens and the mend are looked up by it.
    """

    code = "device_error"

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name = name
        self.cause = cause


class DeviceUnavailable(DeviceError):
    """Absent or silent: try again, with backoff."""

    code = "unavailable"


class NoReply(DeviceUnavailable):
    """Its port is there, and nobody answers: it is switched off, or hangs."""

    code = "no_reply"


class Hanging(DeviceUnavailable):
    """A call into its driver does not come back."""

    code = "hanging"


class ProtocolError(DeviceError):
    """It said something that makes no sense: the bytes were logged, reset the link."""

    code = "protocol_error"


class DeviceFault(DeviceError):
    """It needs a person."""

    code = "fault"


class PaperOut(DeviceFault):
    """The paper roll is empty."""

    code = "paper_out"


class CoverOpen(DeviceFault):
    """The printer's cover is open."""

    code = "cover_open"


class CutterFault(DeviceFault):
    """The printer's cutter is stuck."""

    code = "cutter_fault"


class CardUnreadable(DeviceFault):
    """The document was lifted too early, is of another kind, or failed its checks: lay it again."""

    code = "card_unreadable"


class NeedsSecurityModule(CardUnreadable):
    """A resident identity card in a reader without a security module: no second try will read it there."""

    code = "needs_security_module"


class CredentialRefused(DeviceFault):
    """The platform does not know a visitor's code, or gives nobody for it: the code, and not the link, is at fault."""

    code = "credential_refused"


class CredentialExpired(CredentialRefused):
    """The code was shown for too long: a new one is needed."""

    code = "credential_expired"


class CredentialUsed(CredentialRefused):
    """The code was accepted before, or is just being asked about: somebody holds up a picture of it."""

    code = "credential_used"


class ReaderFault(DeviceFault):
    """The reader failed its own test or its security module is not authorised."""

    code = "reader_fault"


class DeviceRefused(DeviceFault):
    """It understood and will not do it: its model or its addresses are not those of the site file."""

    code = "device_refused"


class BatteryLow(DeviceFault):
    """The mains are gone and the battery is nearly empty: whatever hangs on it stops in minutes."""

    code = "battery_low"


class UnknownUps(DeviceFault):
    """The power daemon knows no UPS of this name."""

    code = "unknown_ups"


class ScanTooLarge(DeviceFault):
    """A scan's file stays above the limit, however small its pages are made: fewer pages."""

    code = "scan_too_large"


class OcrMissing(DeviceFault):
    """The engine that reads pages is not installed or does not work; scanning works without it."""

    code = "ocr_missing"
