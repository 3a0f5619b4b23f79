"""The libraries of the layer do what they did before parts of them were left out."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from seven_senders_local.paths import DEPENDENCIES_LAYER, LAMBDA_RUNTIME, ROOT
from tests.built.packages import BUILT_FOR_HERE, content_folders
from tests.built.process import PYTHON

LAYER = content_folders(BUILT_FOR_HERE, "ContentUri")["DependenciesLayer"] / "python"
HOLIDAYS = """
import json
from holidays import country_holidays
from holidays.registry import EntityLoader
codes = sorted({code for code in EntityLoader.get_country_codes() if len(code) == 2})
days = {code: country_holidays(code, years=range(2015, 2041)) for code in codes}
print(json.dumps({code: sorted(map(str, days[code])) for code in codes}))
"""
IMPORTS = """
import contextlib, importlib, json, sys
refused = {}
for module in json.loads(sys.argv[1]):
    try:
        importlib.import_module(module)
    except ImportError as error:
        refused[module] = str(error)
print(json.dumps(refused))
"""


def run(libraries: Path, code: str, *arguments: str) -> Any:
    """What a script prints that sees these libraries and Lambda's."""
    on_path = os.pathsep.join(map(str, (libraries, LAMBDA_RUNTIME)))
    printed = subprocess.run(
        [*PYTHON, "-c", code, *arguments],
        env={"PYTHONPATH": on_path, "PYTHONWARNINGS": "ignore", "LANG": "en_US.UTF-8"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return json.loads(printed)


def modules(libraries: Path) -> list[str]:
    names = (path.relative_to(libraries).with_suffix("") for path in libraries.rglob("*.py"))
    dotted = {".".join(name.parts).removesuffix(".__init__") for name in names}
    return sorted(name for name in dotted if not name.endswith(".__main__"))


def test_every_country_has_the_holidays_of_the_full_library() -> None:
    built = run(LAYER, HOLIDAYS)
    assert len(built) > 200
    assert all(built[code] for code in ("AT", "CH", "DE", "FR", "NL", "PL", "US"))
    assert built == run(DEPENDENCIES_LAYER, HOLIDAYS)


def test_every_module_that_is_left_can_be_imported_as_in_the_full_library() -> None:
    left = json.dumps(modules(LAYER))
    assert run(LAYER, IMPORTS, left) == run(DEPENDENCIES_LAYER, IMPORTS, left)


VERSION = """
import importlib.metadata, json, sys
print(json.dumps(importlib.metadata.version(sys.argv[1])))
"""
PINS = dict(
    re.findall(
        "^([a-z0-9._-]+)==([^ ;\\\\]+)",
        (ROOT / "layers" / "dependencies" / "requirements.txt").read_text("utf-8"),
        re.MULTILINE,
    )
)


@pytest.mark.parametrize(("library", "version"), PINS.items(), ids=list(PINS))
def test_each_library_says_which_version_it_is(library: str, version: str) -> None:
    assert run(LAYER, VERSION, library) == version
