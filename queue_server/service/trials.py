"""Which things that report their health have no test button."""

NOT_TRIED = frozenset({"server", "kiosk", "bridge", "offline_numbers", "evaluator"})
"""Kinds: processes, and tablets, whose reporting is their trial."""
