"""Where the parts of a checkout lie. The local stack runs from a checkout only."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
ADAPTER_LAYER = ROOT / "layers" / "adapter"
DEPENDENCIES_LAYER = ROOT / ".layers" / "dependencies" / "python"
LAMBDA_RUNTIME = ROOT / ".layers" / "runtime" / "python"
EMULATOR_PYTHON = ROOT / ".ministack" / "bin" / "python"
