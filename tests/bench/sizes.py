"""How large what is deployed is."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.built.packages import BUILT_FOR_LAMBDA, content_folders, zip_folder


@dataclass(frozen=True, slots=True)
class Size:
    """In bytes."""

    unzipped: int
    zipped: int


def sizes() -> dict[str, Size]:
    """Of each layer and function that is built for Lambda."""
    folders = content_folders(BUILT_FOR_LAMBDA, "ContentUri") | content_folders(
        BUILT_FOR_LAMBDA, "CodeUri"
    )
    return {name: size(folder) for name, folder in folders.items()}


def size(folder: Path) -> Size:
    with TemporaryDirectory() as scratch:
        zipped = zip_folder(folder, Path(scratch) / "zip").stat().st_size
    files = (path for path in folder.rglob("*") if path.is_file())
    return Size(sum(path.stat().st_size for path in files), zipped)
