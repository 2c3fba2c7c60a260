"""Relay boards, and what hangs on them: a door, a light, a sensor that knows whether somebody stands there.

GPIO pins of single-board computers are not driven: libgpiod needs a kernel's character device, which no test machine
here has. A relay board on USB does the same.
"""
