"""Why a model can't be served, in words."""

import re
from pathlib import Path

import pytest
from dwhisper_worker import contract, refusals
from dwhisper_worker.contract import Code
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.refusals import why

FIELDS = re.compile(r"    ([A-Z_]+) = .*  # ([a-z_, ]+)")
"""How the contract tells what the sentence of a code may name."""


@pytest.mark.parametrize("code", refusals.WORDS)
def test_words_name_only_what_the_contract_has_for_them(code: Code) -> None:
    named = {found[1]: found[2].strip().split(", ") for found in FIELDS.finditer(Path(contract.__file__).read_text())}
    told = why(WorkerFailure(code, **dict.fromkeys(named[code.name], "ONE")))
    assert told.endswith(".")
    assert code not in told


def test_what_should_not_happen_is_told_as_it_is() -> None:
    assert why(WorkerFailure(Code.BAD_REQUEST, detail="none")) == "bad_request detail='none'"
