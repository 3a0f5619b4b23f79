"""The public holidays of countries, by the rules of the ``holidays`` package."""

import re
from collections.abc import Container
from datetime import date


class UnknownCountry(Exception):
    """The ``holidays`` package knows no country of this code."""


def public_holidays(country: str) -> Container[date]:
    """The holidays of a country, by its two-letter code of ISO 3166. Raises UnknownCountry."""
    if not re.fullmatch("[A-Z]{2}", country):  # the package takes names of its own classes too
        raise UnknownCountry(country)
    from holidays import country_holidays  # noqa: PLC0415 - slow to load, seldom used

    try:
        return country_holidays(country)
    except NotImplementedError as error:  # so the package says that it has no such country
        raise UnknownCountry(country) from error
