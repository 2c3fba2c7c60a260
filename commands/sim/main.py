"""`./hallq sim KIND`: one simulated device on its wire, for as long as the terminal stays open.

It prints what to write into the site file; then type a verb, `scene NAME` or `help`. `--scene NAME` plays one at once.
"""

import argparse
import errno
import importlib
import pkgutil
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

import commands.sim
from commands.sim.console import Console, Misunderstood, NeedsMore

OTHERS = {"main", "console", "on_a_line"}


def kinds() -> list[str]:
    """Every simulator there is: one module of this folder each."""
    return sorted(found.name for found in pkgutil.iter_modules(commands.sim.__path__) if found.name not in OTHERS)


def main(arguments: Sequence[str] | None = None, lines: Iterable[str] = sys.stdin) -> int:
    """Run until the input ends or says quit.

    Returns:
        0; 2 when the device cannot be started.
    """
    parser = argparse.ArgumentParser(prog="hallq sim", description=__doc__)
    chosen = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    modules = {kind.replace("_", "-"): importlib.import_module(f"commands.sim.{kind}") for kind in kinds()}
    for kind, module in modules.items():
        line = (module.__doc__ or "").strip().splitlines()[0]
        one = chosen.add_parser(kind, help=line, description=module.__doc__)
        one.add_argument("--scene", help="play this one as soon as the device is there")
        module.add_options(one)
    options = parser.parse_args(arguments)
    try:
        console: Console = modules[options.kind].start(options, say)
    except OSError as exc:
        print(f"hallq sim {options.kind}: {_in_words(exc)}", file=sys.stderr)
        return 2
    except NeedsMore as exc:
        print(f"hallq sim {options.kind}: {exc}", file=sys.stderr)
        return 2
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)
    try:
        say(f"# under {modules[options.kind].TABLE}\n{console.place}")
        return _talk(console, options.scene, lines)
    except KeyboardInterrupt:
        return 0
    finally:
        console.close()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _in_words(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "that port is taken by another program: choose another one, or 0 for any free one"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _end(*_args: object) -> None:
    raise KeyboardInterrupt


def say(text: str) -> None:
    """Print a line at once: somebody may be reading it through a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _talk(console: Console, scene: str | None, lines: Iterable[str]) -> int:
    if scene is not None:
        if scene not in console.scenes:
            say(_no_such("scene", scene, console.scenes))
            return 2
        console.scenes[scene]()
    for line in lines:
        words = line.split()
        if words == ["quit"]:
            break
        if words:
            say(answer(console, words))
    return 0


def answer(console: Console, words: list[str]) -> str:
    """What one typed line does; a text says what came of it."""
    match words:
        case ["help"]:
            return _help(console)
        case ["scene", name] if name in console.scenes:
            console.scenes[name]()
            return "done"
        case ["scene"]:
            return f"scenes: {', '.join(console.scenes) or 'none'}"
        case ["scene", *_rest]:
            return _no_such("scene", " ".join(words[1:]), console.scenes)
        case [verb, *rest] if verb in console.verbs:
            try:
                return console.verbs[verb](rest) or "done"
            except Misunderstood as exc:
                return str(exc)
        case _:
            return _no_such("verb", words[0], console.verbs)


def _help(console: Console) -> str:
    verbs = _columns((name, _first_line(verb)) for name, verb in console.verbs.items())
    scenes = _columns((f"scene {name}", _first_line(scene)) for name, scene in console.scenes.items())
    return "\n".join([*verbs, *scenes, "  quit              takes the device away"])


def _columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Names and what they do, below one another."""
    rows = list(rows)
    width = max((len(name) for name, _about in rows), default=0) + 2
    return [f"  {name:<{width}}{about}" for name, about in rows]


def _first_line(thing: Callable[..., object]) -> str:
    return (thing.__doc__ or "").strip().splitlines()[0] if thing.__doc__ else ""


def _no_such(what: str, name: str, known: Iterable[str]) -> str:
    return f"there is no {what} {name!r}; there is: {', '.join(known) or 'none'}"


if __name__ == "__main__":
    sys.exit(main())
