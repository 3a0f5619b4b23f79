"""The program as a whole, before it runs anything."""

import subprocess
import sys

LOADING = """
import sys

class CtrlC:
    def find_spec(self, name, *_):
        if name == "boto3":
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
from seven_senders_cli.app import app
"""


def test_ctrl_c_while_the_program_loads_ends_it_without_a_word() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADING], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
