"""Imported once by the server from which worker processes are forked: what they all need lies in memory once."""

import gc

gc.disable()  # nothing of what follows is garbage

import ftfy  # noqa: E402, F401  which cleaners import for the first text that was decoded twice
import pandas  # noqa: E402, F401  which Arrow imports when it first meets an array of NumPy

from cleaners import Document, clean  # noqa: E402
from cleaners.duplicates import sketch  # noqa: E402
from expectations.metrics import measure  # noqa: E402
from flows import cleaning, reading, staging  # noqa: E402

__all__ = ["cleaning", "reading", "staging"]

# The rule book, its patterns and the tables of letters and languages are made when they are first needed, and what
# spares lines most patterns once there are some thousand.
more = "".join(f"Story {number} of the day\n" for number in range(3_000))
text = f"The ministers of twelve countries met in Paris, led by Dovil\u00c4\u2014.\nShare this article\n{more}"
measure(Document(text), clean(text))
sketch(text)
gc.freeze()  # workers need not go through all of that again and again, and go on sharing it
gc.enable()
