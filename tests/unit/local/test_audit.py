"""What ``make audit`` says of pip-audit's answers: only what was checked can pass."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from seven_senders_local.audit import main

type Pin = Mapping[str, object]

FINE: Pin = {"name": "idna", "version": "3.20", "vulns": []}
VULNERABLE: Pin = {
    "name": "requests",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1", "2.2"]}],
}
TWICE: Pin = {
    "name": "jinja2",
    "version": "2.10",
    "vulns": [
        {"id": "PYSEC-3", "fix_versions": ["2.10.1"]},
        {"id": "PYSEC-4", "fix_versions": ["2.11.3"]},
    ],
}
UNMENDED: Pin = {"name": "six", "version": "1.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN: Pin = {"name": "tzdata", "skip_reason": "Dependency not found on PyPI"}

ALL_FINE = "All pins were checked, and none has a known vulnerability."
NOTHING = "NOTHING WAS CHECKED: the service of known vulnerabilities answered for no pin."


def pip_audit(folder: Path, pins: Sequence[Pin]) -> str:
    """A program that reports as pip-audit does: what was not checked does not make it fail."""
    code = int(any(pin.get("vulns") for pin in pins))
    report = folder / "report.json"
    report.write_text(json.dumps({"dependencies": pins, "fixes": []}), "utf-8")
    return program(folder, f"cat {report}; exit {code}")


def program(folder: Path, script: str) -> str:
    path = folder / "pip-audit"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize(
    ("pins", "passes", "told"),
    [
        pytest.param([FINE, FINE], True, [ALL_FINE], id="all fine"),
        pytest.param(
            [FINE, VULNERABLE],
            False,
            [
                "VULNERABLE requests 2.0: PYSEC-1, mended in 2.1, 2.2",
                "There are vulnerable pins. All pins were checked.",
            ],
            id="one vulnerable",
        ),
        pytest.param(
            [FINE, TWICE],
            False,
            [
                "a.txt: 2 pins checked, 2 known vulnerabilities",
                "VULNERABLE jinja2 2.10: PYSEC-3, mended in 2.10.1",
                "VULNERABLE jinja2 2.10: PYSEC-4, mended in 2.11.3",
            ],
            id="one vulnerable in two ways",
        ),
        pytest.param(
            [UNMENDED],
            False,
            ["VULNERABLE six 1.0: PYSEC-2, mended in no version"],
            id="one vulnerable in every version",
        ),
        pytest.param(
            [UNKNOWN, UNKNOWN],
            False,
            ["NOT CHECKED tzdata: Dependency not found on PyPI", "NOT CHECKED 1 more", NOTHING],
            id="a service that knows none, which pip-audit passes",
        ),
        pytest.param(
            [FINE, UNKNOWN], False, ["NOT ALL PINS WERE CHECKED."], id="a service that lacks one"
        ),
        pytest.param(
            [VULNERABLE, UNKNOWN],
            False,
            ["There are vulnerable pins. NOT ALL PINS WERE CHECKED."],
            id="one vulnerable and one unknown",
        ),
        pytest.param([], False, [NOTHING], id="no pin at all"),
    ],
)
def test_only_what_was_checked_passes(
    pins: Sequence[Pin],
    passes: bool,
    told: Sequence[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (main(pip_audit(tmp_path, pins), ["a.txt"]) == 0) == passes
    said = capsys.readouterr().out
    assert [line for line in told if line not in said] == []


def test_a_service_that_can_not_be_reached_is_no_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unreachable = program(tmp_path, "echo Traceback >&2; echo no such host >&2; exit 1")
    assert main(unreachable, ["a.txt", "b.txt"]) == 1
    said = capsys.readouterr().out
    assert (
        "b.txt: 0 pins checked, 0 known vulnerabilities\n  NOT CHECKED all of it: no such host"
        in said
    )
    assert NOTHING in said


def test_a_file_that_failed_is_not_outweighed_by_one_that_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.dumps({"dependencies": [FINE]})
    script = f"case $5 in *a.txt) echo '{report}';; *) exit 1;; esac"
    assert main(program(tmp_path, script), ["a.txt", "b.txt"]) == 1
    assert "NOT ALL PINS WERE CHECKED." in capsys.readouterr().out


def test_the_pins_are_taken_as_they_are_and_only_with_hashes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(program(tmp_path, 'echo "$@" >&2; exit 1'), ["a.txt"])
    said = capsys.readouterr().out
    assert "--require-hashes --disable-pip --requirement=a.txt" in said
