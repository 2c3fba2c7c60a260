"""The visit at a kiosk as a pure flow of screens: no I/O, no clock, no ids of its own."""
