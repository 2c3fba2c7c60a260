"""The flow's diagram, drawn from its table: docs/kiosk-flow.md holds it, and a test compares the two."""

from kiosk.flow.screens import TABLE, Screen


def mermaid() -> str:
    """The table as a mermaid stateDiagram; steps between the same two screens share an arrow."""
    lines = ["stateDiagram-v2", f"    [*] --> {Screen.STARTING}"]
    for screen, row in TABLE.items():
        steps: dict[Screen, list[str]] = {}
        for taken, target in row.items():
            steps.setdefault(target, []).append(taken.value)
        lines += [f"    {screen} --> {target}: {', '.join(names)}" for target, names in steps.items()]
    return "\n".join(lines) + "\n"
