"""`./hallq test`: style, types, then every test."""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

CHECKS = (
    ("style", ["ruff", "check", "--quiet", "."]),
    ("format", ["ruff", "format", "--check", "--quiet", "."]),
    ("types", ["mypy"]),
)


def main(arguments: list[str]) -> int:
    """Run the checks and the tests; options that are not ours go to pytest.

    Returns:
        0 when all of it passed.
    """
    parser = argparse.ArgumentParser(
        prog="hallq test",
        usage="./hallq test [--full] [FOLDER ...] [OPTION OF PYTEST ...]",
        description=f"{__doc__} With a folder, only its tests, and no style and types.",
        epilog="--hardware KIND=PLACE runs the devices' contract on a real device (tests/devices/contract); "
        "--guest runs the proofs in an emulated machine (tests/guest).",
    )
    parser.add_argument("--full", action="store_true", help="run the long proofs at full length")
    options, rest = parser.parse_known_args(arguments)
    for name, command in CHECKS if not rest else ():
        print(f"── {name}", flush=True)
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            print(f"hallq test: {name} failed; the lines above say where", file=sys.stderr)
            return 1
    print("── tests", flush=True)
    full = ["--full"] if options.full else []
    return subprocess.run([sys.executable, "-m", "pytest", *full, *rest], cwd=ROOT, check=False).returncode
