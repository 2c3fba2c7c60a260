"""The site file: one commented TOML a hall, read once at start, checked, frozen, and shown on request."""
