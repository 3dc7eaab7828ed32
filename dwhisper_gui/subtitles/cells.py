"""How wide text is: in cells, as on a terminal, so that 42 letters and 21 Chinese characters fill a line alike.

The only user of wcwidth, which knows wide characters, combining marks and emoji that are joined; `unicodedata` knows only single
characters, and neither where one that the reader sees ends.
"""

import wcwidth


def cells(text: str) -> int:
    """How many cells a line of text takes."""
    return len(text) if text.isascii() else wcwidth.width(text, control_codes="ignore")


def graphemes(text: str) -> list[str]:
    """What the reader sees as single characters (Unicode's extended grapheme clusters)."""
    return list(text) if text.isascii() else list(wcwidth.iter_graphemes(text))


def fragments(text: str, limit: int) -> list[str]:
    """Text in pieces of at most `limit` cells, about equally wide. A grapheme wider than that stays whole."""
    width = cells(text)
    if width <= limit:
        return [text]
    fair = -(-width // -(-width // limit))
    found = [""]
    filled = 0
    for grapheme in graphemes(text):
        size = cells(grapheme)
        if found[-1] and filled + size > fair:
            found.append("")
            filled = 0
        found[-1] += grapheme
        filled += size
    return found
