"""Inside the guest: runs what the host asks for, one program at a time, and hands its lines over as they come.

A line of JSON each way. Host: ["program", "argument", …]; an empty list powers off. Agent: {"ready": true} once, then
{"line": "…"} for what the program prints and {"code": 0} when it has ended.
"""

import json
import os
import subprocess
import sys
import tty

NOT_FOUND = 127  # as a shell says it


def main(device: str) -> None:
    """Serve until the host asks for the end."""
    descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    with os.fdopen(descriptor, "r+b", buffering=0) as port:
        _say(port, ready=True)
        heard = b""
        while True:
            heard += port.read(4096)
            while b"\n" in heard:
                request, _, heard = heard.partition(b"\n")
                command = json.loads(request)
                if not command:
                    return
                _say(port, code=_run(port, command))


def _run(port, command):
    try:
        made = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    except OSError as exc:
        _say(port, line=str(exc))
        return NOT_FOUND
    with made:
        for said in made.stdout:
            _say(port, line=said.decode("utf-8", "replace").rstrip("\n"))
    return made.returncode


def _say(port, **what):
    port.write(json.dumps(what).encode("ascii") + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
