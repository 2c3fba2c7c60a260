"""The diagram in the documentation is the table in the code."""

import re

from kiosk.flow.diagram import mermaid
from tests.kiosk.gallery import ROOT


def test_the_documented_diagram_is_drawn_from_the_table():
    document = (ROOT / "docs" / "kiosk-flow.md").read_text(encoding="utf-8")

    (shown,) = re.findall(r"```mermaid\n(.*?)```", document, re.DOTALL)

    assert shown == mermaid()
