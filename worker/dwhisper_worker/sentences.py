"""What keeps a command of the worker's from being done, in a sentence for who typed it. Needs nothing heavy."""


class Told(Exception):
    """The text says what happened and what to do about it."""

    status = 1
    """The exit status."""


class WronglyUsed(Told):
    """Something has to be said otherwise; no second try mends it."""

    status = 2
