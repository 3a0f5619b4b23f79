import pytest

from tests.recording import Recorder
from tests.unit.receiving.deliveries import Setup


@pytest.fixture
def setup(capsys: pytest.CaptureFixture[str]) -> Setup:
    return Setup(Recorder(capsys))
