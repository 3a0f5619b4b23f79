"""Tags: which may pass the receiver, and how they become key and value."""

from collections.abc import Iterable

from seven_senders_adapter.shops.bounds import within
from seven_senders_adapter.shops.personal import holds_email, is_phone
from seven_senders_adapter.shops.reading import text

MAX_TAGS = 250
MAX_TAG_CHARACTERS = 255
MAX_TAGS_BYTES = 48 * 1024


def split(tag: str) -> tuple[str, str]:
    """Key and value of a tag, parted at the first colon.

    With an empty key or value the whole tag is the key, and the value is ``true``.
    """
    key, _, value = (part.strip() for part in tag.partition(":"))
    return (key, value) if key and value else (tag, "true")


def fold(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys with their values; those of equal keys joined by a comma, in the given order."""
    folded: dict[str, str] = {}
    for key, value in pairs:
        folded[key] = f"{folded[key]}, {value}" if key in folded else value
    return folded


def is_personal(tag: str) -> bool:
    """Whether a tag holds an e-mail address, or its value is a phone number.

    The value is the whole tag if it has none.
    """
    key, value = split(tag)
    return holds_email(tag) or is_phone(key.strip(" :") if key == tag else value)


def passing(listed: object) -> tuple[list[str], list[str]]:
    """The tags of a comma-separated text that may pass, and the reasons of those dropped.

    ``personal_tag`` stands once for each tag, ``tags_dropped`` once for all that are too long
    or too many.
    """
    raw = listed.split(",", MAX_TAGS) if isinstance(listed, str) else []
    tags = [text(tag, MAX_TAG_CHARACTERS) for tag in raw[:MAX_TAGS] if tag.strip()]
    reasons = ["personal_tag" for tag in tags if tag and is_personal(tag)]
    allowed = [tag for tag in tags if tag and not is_personal(tag)]
    passed = within(allowed, MAX_TAGS_BYTES)
    if len(raw) > MAX_TAGS or len(passed) < len(allowed) or None in tags:
        reasons.append("tags_dropped")
    return passed, reasons
