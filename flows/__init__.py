"""The only room that reads and writes: sources in, a judged and published corpus out."""


class CleancopyError(Exception):
    """A run that cannot go on; the message is one sentence: where, what, what to do."""
