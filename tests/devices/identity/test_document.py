"""The page for buyers and auditors names everything there is."""

from pathlib import Path

from commands.sim import credential_platform, pcsc, samv
from devices.identity import cross_checks
from hall.identity import DocumentKind, Verification
from hall.numbers.kind import NumberKind

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "identity.md").read_text(encoding="utf-8")


def test_every_kind_of_document_and_number_is_on_the_page():
    missing = [word for word in (*DocumentKind, *NumberKind, *Verification) if f"`{word}`" not in PAGE]

    assert missing == []


def test_every_warning_of_a_cross_check_is_on_the_page():
    warnings = [value for name, value in vars(cross_checks).items() if name.isupper()]

    assert len(warnings) == 5
    assert [warning for warning in warnings if f"`{warning}`" not in PAGE] == []


def test_the_simulators_of_the_page_exist():
    for module in (samv, pcsc, credential_platform):
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        assert f"./hallq sim {name}" in PAGE
