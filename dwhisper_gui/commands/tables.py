"""What the listing commands print: a table for people, one JSON document for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from dwhisper_gui.commands import streams


def print_json(document: Any) -> None:
    """One document. Raises `OutputLost`."""
    streams.result(json.dumps(document, indent=2))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns under heads; into a file or pipe as wide as they need. Raises `OutputLost`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(streams.printable(cell)) for cell in row))
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDE)
    with streams.writing_results():
        console.print(table)


WIDE = 1000
"""Columns, where nobody's window is to be filled."""
