"""What is built, zipped as SAM zips it and unpacked where Lambda unpacks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import yaml

from seven_senders_local.paths import ROOT

BUILT_FOR_LAMBDA = ROOT / ".built" / "lambda" / "build"
BUILT_FOR_HERE = ROOT / ".built" / "here" / "build"


@dataclass(frozen=True, slots=True)
class Packages:
    """``tasks`` are the functions' folders, each for ``/var/task``; ``opt`` has all layers."""

    tasks: Mapping[str, Path]
    opt: Path


def content_folders(build: Path, kind: str) -> dict[str, Path]:
    """The folders of the functions (``CodeUri``) or the layers (``ContentUri``), by name."""
    template = yaml.safe_load((build / "template.yaml").read_text("utf-8"))
    return {
        name: build / resource["Properties"][kind]
        for name, resource in template["Resources"].items()
        if kind in resource.get("Properties", {})
    }


def zip_folder(folder: Path, file: Path) -> Path:
    """A zip of a folder. As SAM does, it keeps the modes of files and leaves out their times."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = ZipInfo(str(path.relative_to(folder)))
                entry.external_attr = path.stat().st_mode << 16
                archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)
    return file


def unpack(build: Path, into: Path) -> Packages:
    """Carry what is built through zip files, as a deployment does."""
    opt = into / "opt"
    tasks = {name: into / name for name in content_folders(build, "CodeUri")}
    for name, folder in content_folders(build, "CodeUri").items():
        _carry(folder, tasks[name])
    for folder in content_folders(build, "ContentUri").values():
        _carry(folder, opt)
    return Packages(tasks=tasks, opt=opt)


def _carry(folder: Path, into: Path) -> None:
    into.mkdir(exist_ok=True, parents=True)
    file = zip_folder(folder, into.with_suffix(".zip"))
    with ZipFile(file) as archive:
        archive.extractall(into)
    file.unlink()
