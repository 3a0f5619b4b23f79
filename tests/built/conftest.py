import pytest

from tests.built.packages import BUILT_FOR_HERE, BUILT_FOR_LAMBDA

if not (BUILT_FOR_HERE.is_dir() and BUILT_FOR_LAMBDA.is_dir()):
    raise pytest.UsageError("nothing is built yet: run these tests by `make test-built`")
