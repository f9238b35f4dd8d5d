"""Imported once by the server from which worker processes are forked: what they all need lies in memory once."""

import gc

import ftfy  # noqa: F401  which cleaners import for the first text that was decoded twice
import pandas  # noqa: F401  which Arrow imports when it first meets an array of NumPy

from cleaners import Document, clean
from cleaners.duplicates import sketch
from expectations.metrics import measure
from flows import cleaning, reading, staging

__all__ = ["cleaning", "reading", "staging"]

# The rule book, its patterns and the tables of letters and languages are made when they are first needed, and what
# spares lines most patterns once there are some thousand, short ones and longer ones.
more = "".join(f"Story {number} of the day\n{f'Story {number} ' * 15}\n" for number in range(4_000))
text = f"The ministers of twelve countries met in Paris, led by Dovil\u00c4\u2014.\nShare this article\n{more}"
measure(Document(text), clean(text))
sketch(text)
gc.freeze()  # workers need not go through all of that again and again, and go on sharing it
