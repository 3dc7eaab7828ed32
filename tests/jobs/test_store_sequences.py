"""Whatever owners and others do one after the other: the first text of each window stays, and nothing counts as done without its text."""

import asyncio
import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from dwhisper_worker.contract import WindowResult
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from dwhisper_gui.core.errors import OwnershipLost
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.records import ChunkState
from dwhisper_gui.jobs.results import Results
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import FIGURES, add_job, part, result

EXAMPLES = os.environ.get("DWHISPER_EXAMPLES")
"""How many to try, other ones each time; by default some, always the same."""

chunks = st.builds(ChunkKey, st.integers(0, 1), st.integers(0, 1))
windows = st.integers(0, 3)


class Sequences(RuleBasedStateMachine):
    """Beside a store, what it should hold of one job: two parts of two chunks of two windows."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.store = self.runner.run(Store.open(self.folder))
        self.job = self.runner.run(add_job(self.store)).id
        self.bystander = self.runner.run(add_job(self.store))
        self.owner = self.runner.run(StoreJournal.begin(self.store.database, self.job))
        self.texts: dict[tuple[int, int], WindowResult] = {}
        self.states: dict[ChunkKey, ChunkState] = {}
        self.leases: dict[ChunkKey, int] = {}
        self.words = itertools.count(1)

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def is_done(self, chunk: ChunkKey) -> bool:
        return all((chunk.part, window) in self.texts for window in (2 * chunk.index, 2 * chunk.index + 1))

    @rule(index=st.integers(0, 1))
    def prepare(self, index: int) -> None:
        self.runner.run(self.owner.part_prepared(part(index)))
        for chunk in part(index).chunks:
            self.states.setdefault(chunk.key, ChunkState.OPEN)

    @rule(index=st.integers(0, 1))
    def forget(self, index: int) -> None:
        self.runner.run(self.owner.forget_part(index, "unreadable", "[]"))
        self.states = {chunk: state for chunk, state in self.states.items() if chunk.part != index}
        self.texts = {key: text for key, text in self.texts.items() if key[0] != index}

    @precondition(lambda self: self.states)
    @rule(data=st.data())
    def lease(self, data: st.DataObject) -> None:
        chunk = data.draw(st.sampled_from(sorted(self.states)))
        self.leases[chunk] = self.runner.run(self.owner.leased(chunk, "worker", "here"))
        assert self.leases[chunk] >= 1

    @rule(chunk=chunks, window=windows)
    def hear(self, chunk: ChunkKey, window: int) -> None:
        heard = result(window, next(self.words), start=0.0)
        if chunk in self.states and window // 2 == chunk.index:
            new = (chunk.part, window) not in self.texts
            assert self.runner.run(self.owner.window_done(chunk, heard)) == new
            self.texts.setdefault((chunk.part, window), heard)
        else:
            with pytest.raises(ValueError, match="is not in chunk"):
                self.runner.run(self.owner.window_done(chunk, heard))

    @rule(chunk=chunks)
    def finish(self, chunk: ChunkKey) -> None:
        if chunk in self.states and self.is_done(chunk):
            new = self.states[chunk] is not ChunkState.DONE
            assert self.runner.run(self.owner.result(chunk, self.leases.get(chunk, 1), FIGURES)) == new
            self.states[chunk] = ChunkState.DONE
        else:
            with pytest.raises(ValueError, match="lacks a window"):
                self.runner.run(self.owner.result(chunk, self.leases.get(chunk, 1), FIGURES))

    @rule(chunk=chunks, final=st.booleans())
    def fail(self, chunk: ChunkKey, final: bool) -> None:
        self.runner.run(self.owner.failed(chunk, self.leases.get(chunk, 1), "It died.", final=final))
        if final and self.states.get(chunk) is ChunkState.OPEN:
            self.states[chunk] = ChunkState.FAILED

    @rule()
    def retry(self) -> None:
        self.runner.run(self.owner.retry())
        self.states = {chunk: ChunkState.OPEN if state is ChunkState.FAILED else state for chunk, state in self.states.items()}

    @rule(restart=st.booleans())
    def take_over(self, restart: bool) -> None:
        """As another program does, or the same one, started again after a crash."""
        before = self.owner
        if restart:
            self.runner.run(self.store.close())
            self.store = self.runner.run(Store.open(self.folder))
        self.owner = self.runner.run(StoreJournal.begin(self.store.database, self.job))
        if not restart:
            with pytest.raises(OwnershipLost):
                self.runner.run(before.set_state(JobState.DONE))
        for chunk, state in self.states.items():
            if state is ChunkState.OPEN and self.is_done(chunk):
                self.states[chunk] = ChunkState.DONE

    @invariant()
    def it_holds_just_that(self) -> None:
        results = self.store.results(self.job)
        assert self.runner.run(listed(results)) == [self.texts[key] for key in sorted(self.texts)]
        prepared = {chunk.part for chunk in self.states}
        assert set(self.runner.run(results.prepared_parts())) == prepared
        for index in prepared:
            assert self.runner.run(results.part(index)) == part(index)
            assert self.runner.run(results.chunk_states(index)) == {
                key: self.states[key] for key in sorted(self.states) if key.part == index
            }
        missing = {(one.chunk, one.failed) for one in self.runner.run(results.missing())}
        assert missing == {(key, state is ChunkState.FAILED) for key, state in self.states.items() if not self.is_done(key)}
        assert self.bystander in self.runner.run(self.store.jobs())


async def listed(results: Results) -> list[WindowResult]:
    return [text async for _, text in results.windows()]


def test_whatever_is_done_one_after_the_other_it_holds_what_it_was_told() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Sequences,
        settings=settings(max_examples=int(EXAMPLES or 60), stateful_step_count=30, derandomize=not EXAMPLES, database=None),
    )
