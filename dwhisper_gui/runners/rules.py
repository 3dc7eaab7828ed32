"""What holds for chunks and for questions after the language alike: how often is tried, and how often looked."""

from functools import partial

from dwhisper_gui.core.errors import WorkerDied

MOST_TRIES = 3
"""That ended in an error; of those that ended since a worker vanished, as many make a chunk the likely cause."""
POISONED = partial(WorkerDied, detail="three workers vanished over it")
MOST_WORKFLOWS = 5
"""Of one question, or run, where they end without being done."""
LOOK_SECONDS = 0.25
"""So often what has changed is looked for; of parts less often where the server is slow to say."""
DECIDE_SECONDS = 10.0
"""So often the server is asked to look after its workflows: else it notices a dead worker after minutes."""
