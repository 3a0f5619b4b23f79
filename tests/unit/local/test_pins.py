import re
from pathlib import Path

import pytest

from seven_senders_local.paths import ROOT

DEVELOPMENT = ROOT / "requirements" / "dev.txt"
LAYER = ROOT / "layers" / "dependencies" / "requirements.txt"
RUNTIME = ROOT / "requirements" / "runtime.txt"
ALL = [LAYER, *sorted((ROOT / "requirements").glob("*.txt"))]


def pins(path: Path) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", path.read_text("utf-8"), re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("path", [LAYER, RUNTIME], ids=["the layer", "Lambda's runtime"])
def test_what_the_functions_import_has_the_versions_of_development(path: Path) -> None:
    assert pins(path).items() <= pins(DEVELOPMENT).items()


def test_the_layer_leaves_to_the_runtime_what_the_runtime_brings() -> None:
    assert not {"boto3", "botocore"} & set(pins(LAYER))
    assert {"aws-lambda-powertools", "pydantic", "requests"} <= set(pins(LAYER))


@pytest.mark.parametrize("path", ALL, ids=[path.name for path in ALL])
def test_every_pin_has_a_hash_and_none_an_address(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(re.findall(r"^[a-z0-9].*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(
        re.findall(r"^[^ #\n]", text, re.MULTILINE)
    )
    assert "://" not in text
