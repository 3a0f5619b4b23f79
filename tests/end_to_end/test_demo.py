"""The demonstration, whole."""

from io import StringIO

from rich.console import Console

from seven_senders_local.demo import run


def test_every_delivery_and_every_order_comes_out_as_expected() -> None:
    printed = StringIO()
    assert run(Console(file=printed, width=140)), printed.getvalue()
    assert "came by reconciliation" in printed.getvalue()
