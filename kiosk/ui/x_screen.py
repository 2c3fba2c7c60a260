"""How large an X screen is when nobody manages its windows: full screen needs a window manager, a bare X has none."""

import ctypes
import ctypes.util
from contextlib import suppress

ANY_PROPERTY_TYPE = 0


def unmanaged_size() -> tuple[int, int] | None:
    """The X screen's width and height in px; None when there is no X screen, or a window manager looks after it."""
    name = ctypes.util.find_library("X11")
    if name is None:
        return None
    with suppress(OSError, AttributeError):
        x = ctypes.CDLL(name)
        x.XOpenDisplay.restype = ctypes.c_void_p
        display = ctypes.c_void_p(x.XOpenDisplay(None))
        if not display:
            return None
        try:
            screen = x.XDefaultScreen(display)
            if _is_managed(x, display):
                return None
            return int(x.XDisplayWidth(display, screen)), int(x.XDisplayHeight(display, screen))
        finally:
            x.XCloseDisplay(display)
    return None


def _is_managed(x: ctypes.CDLL, display: ctypes.c_void_p) -> bool:
    """Whether the root window names a manager. Source: Extended Window Manager Hints, _NET_SUPPORTING_WM_CHECK."""
    x.XInternAtom.restype = x.XDefaultRootWindow.restype = ctypes.c_ulong
    root = ctypes.c_ulong(x.XDefaultRootWindow(display))
    atom = ctypes.c_ulong(x.XInternAtom(display, b"_NET_SUPPORTING_WM_CHECK", False))
    kind, form = ctypes.c_ulong(), ctypes.c_int()
    count, left, value = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
    x.XGetWindowProperty(
        *(display, root, atom, ctypes.c_long(0), ctypes.c_long(1), False, ctypes.c_ulong(ANY_PROPERTY_TYPE)),
        *(ctypes.byref(part) for part in (kind, form, count, left, value)),
    )
    if value:
        x.XFree(value)
    return count.value > 0
