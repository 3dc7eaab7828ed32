"""How soon a fleet could be done at best. Pure functions; all in seconds."""

import heapq
from collections.abc import Sequence

ROUNDS = 30


def ideal(costs: Sequence[float], workers: int) -> float:
    """All that is to be done, shared evenly: what is measured is held against this."""
    return sum(costs) / workers


def least(costs: Sequence[float], workers: int) -> float:
    """No plan can be done sooner, since a window is done by one worker: the longest window; and where there are more windows than
    workers, of any so many longest ones some worker has at least its share."""
    longest = sorted(costs, reverse=True)
    bounds = [ideal(costs, workers), longest[0] if longest else 0.0]
    # Of k * workers + 1 windows one worker has at least k + 1, none of them shorter than the shortest of these.
    for rounds in range(1, (len(longest) - 1) // workers + 1):
        last = rounds * workers
        bounds.append(sum(longest[last - rounds : last + 1]))
    return max(bounds)


def best_known(costs: Sequence[float], workers: int) -> float:
    """What the best plan takes that is known here, with all known beforehand: longest first, or by packing (MULTIFIT: the least time in
    which the windows, longest first, still fit each into the first worker with room)."""
    best = longest_first(costs, workers)
    low = least(costs, workers)
    for _ in range(ROUNDS):
        tried = (low + best) / 2
        if (needed := _fits(costs, workers, tried)) is None:
            low = tried
        else:
            best = min(best, needed)
    return best


def _fits(costs: Sequence[float], workers: int, time: float) -> float | None:
    busy = [0.0] * workers
    for cost in sorted(costs, reverse=True):
        first = next((i for i, taken in enumerate(busy) if taken + cost <= time), None)
        if first is None:
            return None
        busy[first] += cost
    return max(busy)


def longest_first(costs: Sequence[float], workers: int) -> float:
    """The longest window next, to whoever is free."""
    free = [0.0] * workers
    for cost in sorted(costs, reverse=True):
        heapq.heapreplace(free, free[0] + cost)
    return max(free)


def as_they_come(costs: Sequence[float], workers: int) -> float:
    """The same in the order in which they come."""
    free = [0.0] * workers
    for cost in costs:
        heapq.heapreplace(free, free[0] + cost)
    return max(free)
