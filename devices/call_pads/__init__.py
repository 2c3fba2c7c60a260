"""Call pads and button evaluators on an RS-485 line: frames, the line's master, and a simulated line."""
