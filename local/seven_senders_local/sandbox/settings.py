"""How the sandbox behaves where the real API's behaviour is not known, and how fast it is."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from seven_senders_local.sandbox.rules import DuplicateAnswer

type IdForm = Literal["id", "iri", "@id", "location", "none"]
"""Where the answer to a create names the id; reads name it too (as ``id`` for the last two)."""

type ListForm = Literal["array", "hydra"]

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "id_form": get_args(IdForm.__value__),
    "list_form": get_args(ListForm.__value__),
    "duplicate_answer": get_args(DuplicateAnswer.__value__),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All switches. ``access_keys`` None: every key opens an account of its own."""

    access_keys: frozenset[str] | None = None
    token_seconds: float = 3600
    login_ends_token: bool = False
    latency_seconds: float = 0
    id_form: IdForm = "id"
    list_form: ListForm = "array"
    duplicate_answer: DuplicateAnswer = "400"
    ignored_filters: frozenset[str] = frozenset()
    old_names: bool = False
    """Reads say ``shop_order_id``, ``shop_order_url``, ``shop_order_date`` (help)."""
    largest_page: int = 100

    def changed(self, changes: Mapping[str, object]) -> "Settings":
        """The settings with changes from JSON. Raises ValueError that names the setting."""
        known = {setting.name for setting in fields(self)}
        if unknown := sorted(set(changes) - known):
            raise ValueError(f"unknown setting {unknown[0]!r}, expected one of {sorted(known)}")
        for name, choices in _CHOICES.items():
            if name in changes and changes[name] not in choices:
                raise ValueError(f"{name} is {changes[name]!r}, expected one of {choices}")
        values: dict[str, Any] = {
            n: frozenset(v) if isinstance(v, list) else v for n, v in changes.items()
        }
        return replace(self, **values)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        values = {setting.name: getattr(self, setting.name) for setting in fields(self)}
        return {n: sorted(v) if isinstance(v, frozenset) else v for n, v in values.items()}
