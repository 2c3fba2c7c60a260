"""Where `./hallq` arrives once the machine is prepared: one module a command, imported only when it is asked for."""

import importlib
import os
import sys

MODULES = {
    "server": "queue_server.main",
    "kiosk": "kiosk.main",
    "bridge": "firmware_bridge.main",
    "demo": "commands.demo.main",
    "test": "commands.test",
    "doctor": "commands.doctor.main",
    "pictures": "commands.pictures",
    "bench": "commands.bench.main",
    "simulate": "commands.simulate.main",
    "sim": "commands.sim.main",
}


def main(arguments: list[str]) -> int:
    """Run one command with its own options."""
    command, *options = arguments
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    code: int = importlib.import_module(MODULES[command]).main(options)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
