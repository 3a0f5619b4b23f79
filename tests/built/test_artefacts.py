"""What is deployed: all that it needs, nothing else, and the same each time."""

import importlib.util
import marshal
from collections import Counter
from pathlib import Path
from types import CodeType

import pytest

from tests.built.packages import BUILT_FOR_LAMBDA, content_folders, zip_folder

MB = 1_000_000
UNCHECKED_HASH = (0b01).to_bytes(4, "little")
FUNCTIONS = content_folders(BUILT_FOR_LAMBDA, "CodeUri")
LAYERS = content_folders(BUILT_FOR_LAMBDA, "ContentUri")
MOUNTED = dict.fromkeys(FUNCTIONS.values(), "/var/task") | dict.fromkeys(LAYERS.values(), "/opt")


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


ALL_FILES = Counter(file for folder in MOUNTED for file in files(folder))
LAYER_FILES = Counter(file for folder in LAYERS.values() for file in files(folder))


@pytest.mark.parametrize("folder", MOUNTED, ids=lambda folder: folder.name)
def test_every_module_is_compiled_so_that_its_source_is_not_asked(folder: Path) -> None:
    sources = set(folder.rglob("*.py"))
    compiled = {importlib.util.cache_from_source(str(source)): source for source in sources}
    assert sources
    assert set(compiled) == {str(path) for path in folder.rglob("*.pyc")}
    for byte_code, source in compiled.items():
        magic, flags, digest, code = split(Path(byte_code).read_bytes())
        assert (magic, flags) == (importlib.util.MAGIC_NUMBER, UNCHECKED_HASH), source
        assert digest == importlib.util.source_hash(source.read_bytes()), source
        assert code.co_filename == f"{MOUNTED[folder]}/{source.relative_to(folder)}"


def split(byte_code: bytes) -> tuple[bytes, bytes, bytes, CodeType]:
    """Magic number, flags, digest of the source, and the code of its module."""
    return byte_code[:4], byte_code[4:8], byte_code[8:16], marshal.loads(byte_code[16:])  # noqa: S302 - our own byte code


@pytest.mark.parametrize(
    "pattern",
    [
        "*.pyi",
        "py.typed",
        "test",
        "tests",
        "bin",
        "RECORD",
        "pip",
        "boto3",
        "botocore",
        "setuptools",
    ],
)
def test_nothing_is_deployed_that_only_shells_editors_or_installers_need(pattern: str) -> None:
    found = [path for folder in MOUNTED for path in folder.rglob(pattern)]
    assert [path.relative_to(BUILT_FOR_LAMBDA) for path in found] == []


@pytest.mark.parametrize("folder", FUNCTIONS.values(), ids=lambda folder: folder.name)
def test_a_function_is_one_file_and_its_byte_code(folder: Path) -> None:
    assert files(folder) == {Path("app.py"), Path("__pycache__/app.cpython-313.pyc")}


def test_no_layer_hides_a_file_of_another() -> None:
    assert [file for file, times in LAYER_FILES.items() if times > 1] == []


def test_the_compiled_libraries_are_those_of_arm64() -> None:
    libraries = [file.name for file in LAYER_FILES if file.suffix == ".so"]
    assert libraries
    assert {name.split(".")[1] for name in libraries} == {"cpython-313-aarch64-linux-gnu"}


def test_the_dependencies_fit_in_20_mb_and_zipped_in_7(tmp_path: Path) -> None:
    layer = LAYERS["DependenciesLayer"]
    unzipped = sum((layer / file).stat().st_size for file in files(layer))
    zipped = zip_folder(layer, tmp_path / "layer.zip").stat().st_size
    assert unzipped < 20 * MB
    assert zipped < 7 * MB
