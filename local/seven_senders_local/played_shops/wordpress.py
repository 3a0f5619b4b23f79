"""What WordPress's REST API says of every request (source: class-wp-rest-server.php)."""

import re
from collections.abc import Callable, Mapping

from seven_senders_local.played_shops.loopback import Said

type Rule = Callable[[str], bool]
"""Whether the text of a parameter is one that is taken."""

_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}(:\d{2})?)?")


def error(code: str, message: str, status: int, **data: object) -> Said:
    """A refusal."""
    told = {"code": code, "message": message, "data": {"status": status, **data}}
    return Said(status=status, content=told)


def no_route() -> Said:
    """What is told where nothing is."""
    told = "No route was found matching the URL and request method."
    return error("rest_no_route", told, 404)


def refusal(given: Mapping[str, object], rules: Mapping[str, Rule]) -> Said | None:
    """What is told of parameters that are wrong; ``None`` if there are none.

    WordPress ignores parameters that it does not know; here they are wrong, as whoever sends one
    expects something of it.
    """
    wrong = [name for name in given if name not in rules or not rules[name](str(given[name]))]
    if not wrong:
        return None
    told = f"Invalid parameter(s): {', '.join(wrong)}"
    return error("rest_invalid_param", told, 400, params=dict.fromkeys(wrong, "Invalid parameter."))


def one_of(*values: str) -> Rule:
    """One of these."""
    return frozenset(values).__contains__


def number(least: int = 0, most: int = 2**63) -> Rule:
    """A whole number between these."""
    return lambda text: text.isdecimal() and least <= int(text) <= most


def list_of(rule: Rule) -> Rule:
    """Some with commas between them."""
    return lambda text: all(rule(part) for part in text.split(","))


def date_time(text: str) -> bool:
    """A time as RFC 3339 writes it, whose zone may be left out."""
    return _DATE_TIME.fullmatch(text) is not None


def anything(_: str) -> bool:
    """Any text."""
    return True
