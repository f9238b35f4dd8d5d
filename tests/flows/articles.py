"""What the tests of this room share."""

import sys
from pathlib import Path

CLEANCOPY = Path(sys.executable).with_name("cleancopy")  # the real command, as pip installed it


def prose(end):
    return f"The ministers of twelve countries met in Paris on Monday to talk about the treaty that they signed {end}."
