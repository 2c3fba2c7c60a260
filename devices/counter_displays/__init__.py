"""Bars above counters that no board carries: number bars on one line, and Onbon's font cards."""
