"""What the listing commands print: a table for people, one JSON document for programs."""

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from dwhisper_gui.commands import streams

GAP = 2


def print_json(document: Any) -> None:
    """One document. Raises `OutputLost`."""
    streams.result(json.dumps(document, indent=2))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, wrapped: Collection[str] = ()) -> None:
    """Columns under heads. On a terminal those that are `wrapped` (all, where none is named) give way where it is too narrow; into a file
    or pipe each row is one line, as long as it needs to be. Raises `OutputLost`."""
    cells = [[streams.printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_fitted(heads, cells, wrapped or heads)
        return
    for line in aligned([heads, *cells]):
        streams.result(line)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as a line, its cells beginning where those of the others do; nothing trails."""
    from rich.cells import cell_len

    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    padded = ([cell + " " * (width + GAP - cell_len(cell)) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["".join(row).rstrip(" ") for row in padded]


def _print_fitted(heads: Sequence[str], rows: Iterable[Sequence[str]], wrapped: Collection[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold", no_wrap=head not in wrapped)
    for row in rows:
        table.add_row(*map(Text, row))
    with streams.writing_results():
        Console(highlight=False, markup=False).print(table)
