"""The same commit gives the same bytes, wherever and by whomever it is built."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from seven_senders_local.paths import ROOT
from tests.built.packages import BUILT_FOR_LAMBDA

SOURCES = ("functions", "layers")
BUILT = BUILT_FOR_LAMBDA.relative_to(ROOT)
LONG_AGO = 1_000_000_000


def clone(folder: Path) -> Path:
    """The sources as another person's checkout has them: later or earlier, closed to others."""
    for source in SOURCES:
        shutil.copytree(
            ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__")
        )
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (LONG_AGO, LONG_AGO))
    for file in ("Makefile", "template.yaml", "samconfig.toml"):
        shutil.copy2(ROOT / file, folder)
    for tools in ("requirements", ".tools", ".sam"):
        (folder / tools).symlink_to(ROOT / tools)
    return folder


def content(build: Path) -> dict[str, tuple[int, str]]:
    """Mode and digest of each file."""
    return {
        str(path.relative_to(build)): (
            path.stat().st_mode,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in build.rglob("*")
        if path.is_file()
    }


def test_another_checkout_gives_the_same_bytes_and_modes(tmp_path: Path) -> None:
    other = clone(tmp_path / "a" / "folder elsewhere")
    build = subprocess.run(
        ["make", f"{BUILT}/template.yaml"],  # noqa: S607 - whichever make there is
        cwd=other,
        env={**os.environ, "PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"},
        umask=0o077,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert build.returncode == 0, build.stdout
    assert content(other / BUILT) == content(BUILT_FOR_LAMBDA)
