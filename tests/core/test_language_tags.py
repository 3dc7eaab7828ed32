"""Languages under their several names."""

import pytest

from dwhisper_gui.core.language_tags import same_language


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        ("eng", "en"), ("en", "eng"), ("EN", "en"), ("ger", "de"), ("deu", "de"), ("ger", "deu"), ("fre", "fra"), ("zho", "zh"),
        ("chi", "zh"), ("pt-BR", "pt"), ("pt_BR", "pt-br"), ("en", "en-GB"), ("jav", "jw"), ("iw", "he"), ("fil", "tl"),
        ("nob", "no"), ("nb", "no"), ("yue", "yue"), ("qaa", "qaa"),
    ],
)  # fmt: skip
def test_alike(tag: str, wanted: str) -> None:
    assert same_language(tag, wanted)


@pytest.mark.parametrize(
    ("tag", "wanted"), [("eng", "de"), (None, "en"), ("", "en"), ("pt-BR", "pt-PT"), ("nb", "nn"), ("yue", "zh"), ("english", "en")]
)
def test_not_alike(tag: str | None, wanted: str) -> None:
    assert not same_language(tag, wanted)
