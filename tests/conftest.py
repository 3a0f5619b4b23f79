"""How hypothesis works here: in seconds, and without a deadline, since the machine may be busy.

Where the variable ``CI`` is set, hypothesis makes the same examples in each run.
"""

from hypothesis import settings

settings.register_profile(
    "busy_machine", settings.default, deadline=None, max_examples=60, print_blob=True
)
settings.load_profile("busy_machine")
