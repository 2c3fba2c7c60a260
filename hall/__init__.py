"""The language of a service hall: its words, its numbers, its messages. No I/O; the standard library and msgspec."""
