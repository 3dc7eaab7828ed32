"""What models say where nobody speaks, told from what people say."""

import pytest
from dwhisper_worker import hallucinations
from dwhisper_worker.contract import LANGUAGES, Segment, Span


def segment(text: str) -> Segment:
    return Segment(10.0, 12.0, text, (), -0.3, 0.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (" Thank you.", "en"),
        (" Thanks for watching!", "en"),
        (" Vielen Dank.", "de"),
        (" Untertitel im Auftrag des ZDF für funk, 2017", "de"),
        (" Sous-titres réalisés para la communauté d'Amara.org", "fr"),
        ("ご視聴ありがとうございました。", "ja"),
        (" Субтитры сделал DimaTorzok", "ru"),
        (" Субтитры сделал DimaTorzok", "en"),
    ],
)
def test_known_sentences_go_only_where_nobody_speaks(text: str, language: str) -> None:
    said = segment(text)
    assert hallucinations.without([said], [], language) == []
    assert hallucinations.without([said], [Span(10.2, 11.9)], language) == [said], "somebody said it"
    assert hallucinations.without([said], [Span(7.0, 9.0)], language) == [said], "somebody was just speaking"


@pytest.mark.parametrize(
    ("text", "language"),
    [(" Thank you for the tea.", "en"), (" Danke.", "en"), (" Das funktioniert.", "de"), (" The subtitle is wrong.", "en")],
)
def test_other_sentences_stay(text: str, language: str) -> None:
    assert hallucinations.without([segment(text)], [], language) == [segment(text)]


def test_languages_are_whispers() -> None:
    assert set(hallucinations.PHRASES) <= set(LANGUAGES)
