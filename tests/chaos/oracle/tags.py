"""Tags: a shop's labels as the keys and values of Seven Senders."""

import re
from collections.abc import Iterable, Mapping

EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
PHONE = re.compile(r"[\d\s+\-/.()\[\]]+")
DATE = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}")
FEWEST_DIGITS_OF_A_PHONE = 7


def keep(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags, trimmed, without empty ones and without those that hold personal data."""
    trimmed = (tag.strip() for tag in tags)
    return tuple(tag for tag in trimmed if tag and not is_personal(tag))


def is_personal(tag: str) -> bool:
    """Tell whether a tag holds an e-mail address or its value is a phone number."""
    _, value = split(tag)
    return EMAIL.search(tag) is not None or is_phone(tag if value is None else value)


def is_phone(value: str) -> bool:
    """Tell whether it is seven digits or more with only signs of phone numbers between them."""
    digits = sum(sign.isdigit() for sign in value)
    return (
        digits >= FEWEST_DIGITS_OF_A_PHONE
        and PHONE.fullmatch(value) is not None
        and DATE.fullmatch(value) is None
    )


def split(tag: str) -> tuple[str, str | None]:
    """Split at the first colon; without a key or a value before or after it all is the key."""
    key, _, value = (part.strip() for part in tag.partition(":"))
    return (key, value) if key and value else (tag, None)


def as_keys(tags: Iterable[str]) -> Mapping[str, str]:
    """Make each tag a key; the values of equal keys are joined in the shop's order."""
    keys: dict[str, str] = {}
    for tag in tags:
        key, value = split(tag)
        value = "true" if value is None else value
        keys[key] = f"{keys[key]}, {value}" if key in keys else value
    return keys
