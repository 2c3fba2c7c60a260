"""How many dots each size takes on each width of paper; 8 dots are 1 mm (203 dpi)."""

from dataclasses import dataclass

from devices.printers.blocks import Size

MARGIN = 12  # dots left white on either side


@dataclass(frozen=True, slots=True)
class Sizes:
    """Ems in dots for one width.

    Attributes:
        gap: the white between two things.
        qr: the widest QR code that leaves room for words beside it; 0: words go below.
        column: how long a Mongolian column may grow before the next one begins, if there is room for it.
    """

    ems: dict[Size, int]
    gap: int
    qr: int
    column: int

    def __getitem__(self, size: Size) -> int:
        return self.ems[size]


def _ems(*dots: int) -> dict[Size, int]:
    return dict(zip(Size, dots, strict=True))


#                  hall title number box value label small
SIZES = {
    576: Sizes(_ems(46, 54, 176, 42, 34, 26, 24), gap=16, qr=248, column=330),
    384: Sizes(_ems(34, 42, 124, 32, 28, 22, 22), gap=12, qr=0, column=250),
}
