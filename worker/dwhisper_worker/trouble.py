"""What can go wrong between a worker and a server, by what is to be done about it."""


class ServerTrouble(Exception):
    """The server did not do what it was asked, and would not the next time either."""


class Away(ServerTrouble):
    """It can't be reached, or can't answer now: to be tried again."""


class Stumbled(Away):
    """It answered that something broke there: to be tried again, though not for ever."""


class Strange(Away):
    """What answers is not Conductor, but a page of a proxy or the like."""


class Refused(ServerTrouble):
    """It does not take these credentials."""


class TooLarge(ServerTrouble):
    """It, or a proxy in front of it, takes no file as large as this."""


class Gone(ServerTrouble):
    """There is no such thing, or not for this task."""
