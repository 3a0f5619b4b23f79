"""A small server that stands in for the Seven Senders API v2 and keeps its rules strictly.

Where the real API's rules are known the sandbox refuses what breaks them; where they are not, it
refuses what looks like a mistake, and its settings play the forms that are plausible. It can be
told to fail. See ``python -m seven_senders_local.sandbox --help``.
"""

from seven_senders_local.sandbox.faults import FaultRule
from seven_senders_local.sandbox.rules import Account, Order
from seven_senders_local.sandbox.server import Sandbox
from seven_senders_local.sandbox.settings import Settings

__all__ = ["Account", "FaultRule", "Order", "Sandbox", "Settings"]
