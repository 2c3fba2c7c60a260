"""HTTP in, server-sent events out. A route translates and nothing more."""
