"""How tests are shared out where several processes run them: one by one, save those that need the Conductor server."""

from xdist.scheduler import LoadScopeScheduling

SERVED = ("conductor", "faults")
"""In the paths of tests that need the server: they run in one process, so that it is one server for all."""


class Scheduling(LoadScopeScheduling):
    """Beginning with what can't be divided."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return SERVED[0] if any(word in path for word in SERVED) else nodeid
