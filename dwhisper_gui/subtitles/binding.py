"""What is known of some languages: words that a reader wants to see together.

Lists, and small ones: articles, prepositions and conjunctions with what they begin, auxiliaries with their verbs, names, titles,
numbers with what they count. Of a language without lists only the length of words is known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dwhisper_gui.subtitles.pieces import CLOSING, Piece, spaceless

BOUND = 12.0
"""The cost of a break between words that belong together, on the scale of `breaks.py`."""
LEANING = 10.0
"""Of one between an auxiliary or the like and its verb."""

SHORT_LETTERS = 3
"""In languages without lists: so short a word is likely an article, a preposition or a conjunction."""


@dataclass(frozen=True, slots=True)
class Words:
    """All in small letters."""

    binding: frozenset[str]
    """These belong to the word after them, and a break before them is good."""
    leaning: frozenset[str]
    """These belong to the word after them unless that begins something new: auxiliaries, negations, unstressed pronouns."""
    titles: frozenset[str]
    """Before a name; without their dot."""
    units: frozenset[str]
    """After a number."""
    numbered: frozenset[str]
    """Before a number."""


def _words(**lists: str) -> Words:
    return Words(**{name: frozenset(words.split()) for name, words in lists.items()})


WORDS: dict[str, Words] = {
    "en": _words(
        binding="a an the this that these those my your his its our their no every each and but or nor so because although though while"
        " when where which who whose if unless until since than as of in on at by for from with without to into onto over under"
        " about after before between through during against among toward towards along across around behind beside beyond near"
        " within upon i we he she they it's i'm very mr. mrs. ms. dr. prof. st.",
        leaning="am is are was were be been being have has had having do does did can could will would shall should may might must not"
        " cannot",
        titles="mr mrs ms dr prof st sir lady lord president professor doctor captain colonel general judge senator king queen prince"
        " princess pope saint uncle aunt miss",
        units="percent degrees year years month months week weeks day days hour hours minute minutes second seconds mile miles meters"
        " metres feet inches kilometers kilometres kilos pounds dollars cents euros people times hundred thousand million billion"
        " am pm o'clock january february march april june july august september october november december",
        numbered="number page chapter volume part room line figure section article route january february march april may june july august"
        " september october november december",
    ),
    "de": _words(
        binding="der die das den dem des ein eine einen einem einer eines kein keine mein meine dein seine ihre unser dieser diese dieses"
        " und oder aber denn sondern weil dass ob wenn als während obwohl damit in im an am auf aus bei beim mit nach von vom vor"
        " zu zum zur für durch gegen ohne um über unter zwischen wie ich wir er sehr herr frau dr. prof. hr. fr.",
        leaning="nicht",
        titles="herr frau herrn doktor professor präsident präsidentin kanzler kanzlerin minister ministerin könig königin kaiser papst"
        " onkel tante sankt graf",
        units="prozent grad jahr jahre jahren monat monate monaten woche wochen tag tage tagen stunde stunden minute minuten sekunde"
        " sekunden uhr meter metern kilometer kilometern kilo gramm euro cent mal menschen tausend million millionen milliarde"
        " milliarden januar februar märz april mai juni juli august september oktober november dezember",
        numbered="nummer seite kapitel band teil raum zeile abschnitt artikel paragraf linie platz",
    ),
    "fr": _words(
        binding="le la les l' un une des du de d' ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs et ou"
        " mais donc car que qui quand si comme parce dans en sur sous avec sans pour par chez vers entre à au aux je tu il elle"
        " nous on très m. mme dr",
        leaning="ai as a avons avez ont avais avait avions aviez avaient aurai aura auront aurait auraient suis es est sommes êtes sont"
        " étais était étaient été sera seront serait fut furent peut peux pouvons peuvent pouvait doit dois devons doivent devait"
        " va vais vas allons vont ne me te se y lui",
        titles="monsieur madame mademoiselle docteur professeur président présidente ministre roi reine prince princesse saint sainte"
        " général pape maître",
        units="ans an année années mois semaine semaines jour jours heure heures minute minutes seconde secondes mètres kilomètres"
        " kilos euros dollars degrés fois personnes mille million millions milliard milliards janvier février mars avril mai juin"
        " juillet août septembre octobre novembre décembre",
        numbered="numéro page chapitre tome partie salle ligne article section",
    ),
    "es": _words(
        binding="el la los las un una unos unas este esta estos estas mi mis tu tus su sus nuestro nuestra y e o u pero sino porque que"
        " quien cuando donde si como de del a al en con sin por para sobre entre hasta desde hacia yo muy sr. sra. dr.",
        leaning="he has ha hemos habéis han había habían habrá habrán habría haya es son era eran fue fueron será serán sería sido está"
        " están estaba estaban estoy soy puede pueden podía podría debe deben debía va van voy vamos iba me te se lo le les nos os"
        " no",
        titles="señor señora señorita sr sra dr dra don doña doctor doctora profesor profesora presidente presidenta ministro ministra"
        " rey reina príncipe princesa san santo santa general papa",
        units="año años mes meses semana semanas día días hora horas minuto minutos segundo segundos metros kilómetros kilos euros"
        " dólares pesos grados veces personas mil millón millones",
        numbered="número página capítulo tomo parte sala línea artículo sección",
    ),
    "it": _words(
        binding="il lo la i gli le l' un uno una un' del dello della dei degli delle al allo alla ai agli alle nel nella sul sulla dal"
        " dalla mio mia tuo suo sua questo questa e ed o ma perché che chi quando dove se come di a da in con su per tra fra io"
        " molto",
        leaning="ho hai ha abbiamo avete hanno aveva avevano avrà avranno avrebbe abbia è sono era erano sarà saranno sarebbe sia stato"
        " stata stati state può possono poteva potrebbe deve devono doveva va vanno vuole sta stanno stava mi ti si ci vi ne non",
        titles="signor signora signorina signore dottor dottore dottoressa professor professore professoressa don presidente ministro re"
        " regina principe principessa san santo santa generale papa",
        units="anno anni mese mesi settimana settimane giorno giorni ora ore minuto minuti secondo secondi metri chilometri chili euro"
        " dollari gradi volte persone mila milione milioni miliardo miliardi gennaio febbraio marzo aprile maggio giugno luglio"
        " agosto settembre ottobre novembre dicembre",
        numbered="numero pagina capitolo volume parte sala riga articolo sezione",
    ),
    "pt": _words(
        binding="o a os as um uma uns umas este esta meu minha teu seu sua e ou mas porque que quem quando onde se como de do da dos das"
        " em no na nos nas a ao à com sem por pelo pela para sobre entre até eu muito sr. sra. dr.",
        leaning="tem têm tinha tinham tenho temos terá teria é são era eram foi foram será serão seria sido está estão estava estavam"
        " estou sou pode podem podia poderia deve devem devia vai vão vou vamos ia quer me te se lhe lhes não",
        titles="senhor senhora sr sra dr dra dom dona doutor doutora professor professora presidente ministro ministra rei rainha"
        " príncipe princesa são santo santa general papa",
        units="ano anos mês meses semana semanas dia dias hora horas minuto minutos segundo segundos metros quilómetros quilômetros"
        " quilos euros reais dólares graus vezes pessoas mil milhão milhões",
        numbered="número página capítulo volume parte sala linha artigo secção seção",
    ),
    "nl": _words(
        binding="de het een deze dit die dat mijn jouw zijn haar ons onze hun en of maar want omdat dat als toen terwijl hoewel in op aan"
        " bij met van voor door naar uit over onder tussen zonder tegen om te ik wij we hij ze heel dhr. mevr. dr.",
        leaning="niet",
        titles="meneer mevrouw dokter doctor professor president minister koning koningin prins prinses paus sint oom tante",
        units="procent graden jaar jaren maand maanden week weken dag dagen uur uren minuut minuten seconde seconden meter kilometer"
        " kilo euro cent keer mensen duizend miljoen miljard januari februari maart april mei juni juli augustus september oktober"
        " november december",
        numbered="nummer bladzijde pagina hoofdstuk deel zaal regel artikel lijn",
    ),
}

UNITS = frozenset(
    "% ‰ ° °c °f € $ £ ¥ km m cm mm kg g mg t l ml ha h min s ms km/h m/s mph kw kwh mw gw w v hz khz mhz ghz kb mb gb tb".split()
)
"""After a number, in any language."""

_VERB_FORMS = {
    "de": re.compile("(?:[a-zäöü]*ge[a-zäöüß]+(?:t|en)|[a-zäöüß]+iert|(?:be|ver|er|ent|zer|über|unter)[a-zäöüß]{2,}(?:t|en))"),
    "nl": re.compile("(?:[a-zë]*ge[a-zë]+(?:d|t|en)|(?:be|ver|her|ont|er)[a-zë]{2,}(?:d|t|en))"),
}
"""Participles, where they stand before their auxiliary as well as after it."""
_AUXILIARIES = {
    "de": frozenset(
        "bin bist ist sind war waren sei wäre wären habe hast hat haben hatte hatten hätte hätten werde wird werden wurde wurden würde"
        " würden worden kann können konnte konnten könnte könnten muss müssen musste mussten soll sollen sollte sollten will wollen"
        " wollte wollten darf dürfen durfte möchte möchten".split()
    ),
    "nl": frozenset(
        "ben bent is zijn was waren heb hebt heeft hebben had hadden word wordt worden werd werden kan kunnen kon konden moet moeten"
        " moest moesten zal zullen zou zouden wil willen wilde mag mogen mocht".split()
    ),
}
_CONTRACTIONS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")
"""English ones of auxiliaries; a genitive belongs to what follows as well."""

_WITH_ORDINAL_DOTS = frozenset("de da no nn fi et lv cs sk sl hr sr bs hu is fo lb pl tr".split())
"""“3. Oktober”: a number and a dot are no end of a sentence there."""
_NUMBER = re.compile(r"[€$£¥]?\d+(?:[.,:/]\d+)*")
_ORDINAL = re.compile(r"\d{1,2}\.")
_THOUSANDS = re.compile(r"\d{3}\b")
_INITIAL = re.compile(r"[^\W\d_]\.")
_BEFORE_CAPITALS = (".", "?", "!", "…", ":")
"""After these a capital letter says nothing."""
_PARTICLES = frozenset("van von de da di del della der den du bin ibn al".split())
"""Between the parts of a name, but for German, in which every noun has a capital."""
_OPENERS = "\"'“‘«„([¿¡"


def begins_phrase(word: str, language: str) -> bool:
    """Whether a word begins what belongs together, so that a break before it is good."""
    words = WORDS.get(language)
    if words is None:
        return len(word) <= SHORT_LETTERS and word.isalpha() and not spaceless(word[0])
    return word.lower().lstrip(_OPENERS) in words.binding


def bond(pieces: Sequence[Piece], place: int, language: str) -> float:
    """What a break before the piece at that place costs, as far as that is decided by words that belong together: 0 where it is not."""
    before, after = pieces[place - 1].text, pieces[place].text.lstrip(_OPENERS)
    if begins_phrase(before, language):
        return BOUND
    words = WORDS.get(language)
    opened, closed = before.lstrip(_OPENERS), after.rstrip(CLOSING)
    if language in _WITH_ORDINAL_DOTS and _ORDINAL.fullmatch(opened):
        return BOUND
    if _NUMBER.fullmatch(opened):
        counted = closed.lower() in UNITS or (words is not None and closed.lower() in words.units)
        return BOUND if counted or _THOUSANDS.match(after) else 0.0
    if (after[:1].isupper() and _is_name(pieces, place, words)) or (language != "de" and _is_at_particle(pieces, place)):
        return BOUND
    if words is None:
        return 0.0
    # Of “s'est” and “qu'il” the last part counts.
    small = opened.lower()
    last = small.replace("’", "'").rpartition("'")[2] if language in ("fr", "it") else small
    if (small in words.numbered and after[:1].isdigit()) or last in words.binding:
        return BOUND
    leans = last in words.leaning or (language == "en" and small.replace("’", "'").endswith(_CONTRACTIONS))
    if (leans and not begins_phrase(after, language)) or _are_verb_and_auxiliary(opened, closed, language):
        return LEANING
    return 0.0


def _is_name(pieces: Sequence[Piece], place: int, words: Words | None) -> bool:
    """Whether the pieces around a place are parts of one name, or a title and a name; the second one begins with a capital letter."""
    before, after = pieces[place - 1].text.lstrip(_OPENERS), pieces[place].text
    if words is not None and before.lower().removesuffix(".") in words.titles:
        return True
    earlier = pieces[place - 2].text if place > 1 else "."
    in_sentence = not earlier.rstrip("\"'”’»)]").endswith(_BEFORE_CAPITALS)
    if _INITIAL.fullmatch(before):
        # “Plan B. Then” has a capital before it as well, though seldom in the midst of a sentence.
        return before[0].isupper() and (earlier[:1].isupper() or not in_sentence or _INITIAL.fullmatch(earlier) is not None)
    # Without small letters nothing shows what is a name.
    shouted = before.isupper() and after.isupper()
    return in_sentence and not shouted and len(before) > 1 and before[0].isupper() and before[-1].isalnum()


def _is_at_particle(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the break would part “Vincent van Gogh” before or after its second word."""
    for particle in (place, place - 1):
        if 0 < particle < len(pieces) - 1 and pieces[particle].text in _PARTICLES:
            before, after = pieces[particle - 1].text, pieces[particle + 1].text
            return before[0].isupper() and before[-1].isalnum() and after[0].isupper()
    return False


def _are_verb_and_auxiliary(before: str, after: str, language: str) -> bool:
    forms = _VERB_FORMS.get(language)
    if forms is None:
        return False
    auxiliaries = _AUXILIARIES[language]
    return (before.lower() in auxiliaries and forms.fullmatch(after) is not None) or (
        after in auxiliaries and forms.fullmatch(before) is not None
    )
