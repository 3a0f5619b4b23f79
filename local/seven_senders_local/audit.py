"""The pinned dependencies against the known vulnerabilities: ``make audit``.

pip-audit passes what the service does not know or answers 404 to, and fails alike for a
vulnerability and for a service that can't be reached. Here each pin is vulnerable, not known to be,
or was not checked, and only a file all of whose pins were checked can pass. Pins for other
operating systems are left out, as they are not installed.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

OPTIONS = ("--format=json", "--progress-spinner=off", "--require-hashes", "--disable-pip")
"""No resolution: the files hold all that is installed, with hashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known of the pins of one file: a line for each vulnerability and unchecked pin."""

    file: str
    checked: int
    vulnerabilities: Sequence[str]
    unchecked: Sequence[str]

    @property
    def passes(self) -> bool:
        """Whether all was checked and nothing found."""
        return bool(self.checked) and not self.vulnerabilities and not self.unchecked


def audit(pip_audit: str, file: str) -> Report:
    """Let pip-audit check a file of pins."""
    done = subprocess.run(  # noqa: S603 - the program that make has installed
        [pip_audit, *OPTIONS, f"--requirement={file}"], capture_output=True, text=True, check=False
    )
    if not done.stdout:  # it ends without a report if the service can't be reached
        reason = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return Report(file=file, checked=0, vulnerabilities=(), unchecked=[f"all of it: {reason}"])
    return read_report(file, done.stdout)


def read_report(file: str, text: str) -> Report:
    """Read pip-audit's report in JSON."""
    pins = json.loads(text)["dependencies"]
    checked = [pin for pin in pins if "vulns" in pin]
    return Report(
        file=file,
        checked=len(checked),
        vulnerabilities=[
            f"{pin['name']} {pin['version']}: {vulnerability['id']}, mended in "
            f"{', '.join(vulnerability['fix_versions']) or 'no version'}"
            for pin in checked
            for vulnerability in pin["vulns"]
        ],
        unchecked=[f"{pin['name']}: {pin['skip_reason']}" for pin in pins if "vulns" not in pin],
    )


def tell(report: Report) -> str:
    """A report in words."""
    found = report.vulnerabilities
    lines = [f"{report.file}: {report.checked} pins checked, {len(found)} known vulnerabilities"]
    lines += [f"  VULNERABLE {line}" for line in found]
    lines += [f"  NOT CHECKED {line}" for line in report.unchecked[:1]]
    if more := report.unchecked[1:]:
        lines.append(f"  NOT CHECKED {len(more)} more")
    return "\n".join(lines)


def verdict(reports: Sequence[Report]) -> str:
    """What all reports come to."""
    if all(report.passes for report in reports):
        return "All pins were checked, and none has a known vulnerability."
    if not any(report.checked for report in reports):
        return "NOTHING WAS CHECKED: the service of known vulnerabilities answered for no pin."
    found = (
        "There are vulnerable pins. " if any(report.vulnerabilities for report in reports) else ""
    )
    whole = all(report.checked and not report.unchecked for report in reports)
    return found + ("All pins were checked." if whole else "NOT ALL PINS WERE CHECKED.")


def main(pip_audit: str, files: Sequence[str]) -> int:
    """Check some files; 0 only if all was checked and nothing found."""
    reports = []
    for file in files:
        reports.append(audit(pip_audit, file))
        print(tell(reports[-1]), flush=True)  # noqa: T201 - a command's output
    print(verdict(reports))  # noqa: T201 - a command's output
    return 0 if all(report.passes for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
