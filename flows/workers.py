"""Imported once by the server from which worker processes are forked: what they all need lies in memory once."""

from cleaners import clean
from flows import cleaning, reading, staging

__all__ = ["cleaning", "reading", "staging"]

# The rule book, its patterns and the tables of letters and languages are made when they are first needed.
clean("The ministers of twelve countries met in Paris on Monday, led by Dovil\u00c4\u2014.\nShare this article\n")
