"""A function's environment, read once into a typed form."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


class MissingVariables(Exception):
    """Environment variables that the template sets and that are not there: their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What every function needs. Each field is the variable of its name, in upper case."""

    powertools_service_name: str
    powertools_metrics_namespace: str


def read_environment[E: Environment](form: type[E], variables: Mapping[str, str]) -> E:
    """Read the variables that a form asks for. Raises MissingVariables, which names them all."""
    names = {field.name: field.name.upper() for field in fields(form)}
    if missing := [name for name in names.values() if not variables.get(name)]:
        raise MissingVariables(f"set the environment variable {', '.join(missing)}")
    return form(**{key: variables[name] for key, name in names.items()})
