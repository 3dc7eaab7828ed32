"""Words that belong together, in sentences as they are said."""

from dataclasses import replace
from itertools import pairwise

import pytest

from dwhisper_gui.subtitles.binding import bond, opening
from dwhisper_gui.subtitles.breaks import BEFORE
from dwhisper_gui.subtitles.cues import cues
from dwhisper_gui.subtitles.pieces import pieces
from dwhisper_gui.subtitles.rules import DEFAULT

from .texts import segment, spoken

SENTENCES = {
    "en": """The committee had already met Mary_Smith and her lawyer before the hearing was_adjourned on Thursday.
        The old bridge has_been_closed since 1984 because nobody wants to pay the 3_million dollars that it would_cost.
        Last week General_Grant was invited to the house of Mr._J._P._Morgan. We walked nearly 15_km along the river.
        You should_have_told me that New_York and Los_Angeles don't_share the same time zone.
        If you look at page_42 of the report of Ludwig_van_Beethoven you will find it on 5_June.
        The captain quietly_ignored seven_wooden_boxes until long_after midnight as far_as I know.""",
    "de": """Gestern ist die alte Brücke über den Fluss gesperrt_worden. Am 3._Oktober wird gefeiert und alle haben frei.
        Ich habe gehört dass Angela_Merkel am Abend mit dem Präsidenten gesprochen_hat und zufrieden war.
        Der Turm ist ungefähr 300_Meter hoch. Sie trug gern rote_Schuhe.
        Wir haben auf Seite_12 gelesen dass Frau_Schmidt unterschrieben_hat.""",
    "fr": """Le président a_été_élu hier soir avec plus de 20_millions de voix. Je pense que Marie_Curie n'a_jamais voulu partir.
        On m'a_dit que monsieur_Dupont était_parti sans payer la facture. Nous avons_parcouru environ 15_kilomètres.""",
    "es": """El puente viejo ha_sido_cerrado porque nadie quiere pagar los 3_millones que cuesta. Ayer nos_dijeron que el
        señor_Pérez estaba_buscando una casa. Creo que Gabriel_García_Márquez nunca había_querido vivir lejos.""",
    "it": """Il vecchio ponte è_stato_chiuso perché costa 3_milioni. Credo che Leonardo_da_Vinci non_avesse visto il mare.
        Ieri mi_hanno_detto che il signor_Rossi stava_cercando una casa vicino alla stazione.""",
    "pt": """A ponte velha foi_fechada porque custa 3_milhões. Acho que Fernando_Pessoa nunca tinha_querido viver longe.
        Ontem me_disseram que o senhor_Silva estava_procurando uma casa perto da estação.""",
    "nl": """De brug is gesloten omdat niemand de 3_miljoen wil_betalen. Ik denk dat Vincent_van_Gogh ver weg had_gewoond.
        Gisteren hoorde ik dat meneer_Jansen een groter huis gevonden_heeft.""",
    "ru": """Вчера старый мост был_закрыт потому что никто не_хотел платить 3_миллиона рублей. Я читал на странице_12 что
        Лев_Толстой давно жил за_рекой и сказал_бы об_этом доктору.""",
    "ar": """أغلق الجسر القديم أمس لأن_أحدا لا_يريد دفع المال. قرأت في_الكتاب أن_الملكة كانت_تعيش وحدها على_الجبل.""",
}
"""With a low line between words that belong together."""


def bonds(text: str, language: str) -> dict[str, float]:
    found = pieces([segment(spoken(" " + text))], 42)
    return {f"{found[i - 1].text} {found[i].text}": bond(found, i, language) for i in range(1, len(found))}


@pytest.mark.parametrize("language", SENTENCES)
def test_words_that_belong_together_are_known(language: str) -> None:
    words = SENTENCES[language].split()
    found = bonds(" ".join(words).replace("_", " "), language)
    for word in words:
        parts = word.split("_")
        for before, after in pairwise(parts):
            assert found[f"{before} {after}"], f"{before}|{after}"


@pytest.mark.parametrize(
    ("language", "best", "worse"),
    [
        ("en", "because", "near"),
        ("en", "near", "was"),
        ("en", "was", "of"),
        ("fr", "qu'il", "chez"),
        ("fr", "chez", "d'eau"),
        ("es", "porque", "sin"),
        ("ru", "чтобы", "под"),
        ("ar", "لأن", "تحت"),
    ],
)
def test_before_some_words_a_break_is_better_than_before_others(language: str, best: str, worse: str) -> None:
    assert BEFORE[opening(best, language)] < BEFORE[opening(worse, language)]


@pytest.mark.parametrize(
    ("text", "language", "apart"),
    [
        ("He bought it in 1984 and left", "en", "1984 and"),
        ("Then we left. Mary came", "en", "left. Mary"),
        ("That was plan B. Then we left", "en", "B. Then"),
        ("Yesterday Mary came", "en", "Yesterday Mary"),
        ("HE SAID NOTHING AT ALL", "en", "SAID NOTHING"),
        ("It was in the house", "en", "was in"),
        ("Sie hat den Hund gesehen", "de", "hat den"),
        ("Ich kam nach Hause. Dann schlief ich", "de", "Hause. Dann"),
        ("il est dans la maison", "fr", "est dans"),
    ],
)
def test_and_those_that_do_not_are_left_alone(text: str, language: str, apart: str) -> None:
    assert bonds(text, language)[apart] == 0


def parted_and_all(language: str) -> tuple[int, int]:
    """Of the lines and cues, in lines of 30 to 42 cells, those that end between words that belong together; and all."""
    words = SENTENCES[language].split()
    together = [i > 0 for word in words for i, _ in enumerate(word.split("_"))]
    said = segment(spoken(" " + " ".join(words).replace("_", " ")))
    parted = ends = 0
    for width in range(30, 43):
        place = 0
        for cue in cues([said], language, replace(DEFAULT, line_cells=width)):
            for line in cue.words:
                place += len(line)
                ends += 1
                parted += place < len(together) and together[place]
        assert place == len(together)
    return parted, ends


def test_hardly_any_line_or_cue_ends_between_them() -> None:
    counts = [parted_and_all(language) for language in SENTENCES]
    # Some can't be had elsewhere within the width. With lists of articles, prepositions and conjunctions alone it is more than 10 %.
    assert sum(parted for parted, _ in counts) <= 0.05 * sum(ends for _, ends in counts)
