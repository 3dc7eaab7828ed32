"""What both sides know of where a server keeps files: with itself or, by signed addresses, with a provider. Needs nothing heavy."""

import re

FULL = re.compile(
    r"no space left|SQLITE_FULL|disk is full|quota exceeded|could not extend file"
    # What Conductor says of it: the second where SQLite has undone a transaction by itself.
    r"|failed to write file storage content|cannot commit - no transaction is active",
    re.IGNORECASE,
)
"""How a server says that its disk is full, in an answer of 500 or more."""
PUT_ELSEWHERE = {"x-ms-blob-type": "BlockBlob"}
"""What is sent with a file to a provider's storage: without it Azure refuses, others ignore it."""
