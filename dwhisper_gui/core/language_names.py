"""The languages that Whisper knows, by code and by name. The names are those of openai-whisper's tokenizer.py."""

import difflib

from dwhisper_worker.contract import LANGUAGES

_IN_THE_ORDER_OF_THE_CODES = """
    Afrikaans, Amharic, Arabic, Assamese, Azerbaijani, Bashkir, Belarusian, Bulgarian, Bengali, Tibetan, Breton, Bosnian, Catalan, Czech,
    Welsh, Danish, German, Greek, English, Spanish, Estonian, Basque, Persian, Finnish, Faroese, French, Galician, Gujarati, Hausa,
    Hawaiian, Hebrew, Hindi, Croatian, Haitian Creole, Hungarian, Armenian, Indonesian, Icelandic, Italian, Japanese, Javanese, Georgian,
    Kazakh, Khmer, Kannada, Korean, Latin, Luxembourgish, Lingala, Lao, Lithuanian, Latvian, Malagasy, Maori, Macedonian, Malayalam,
    Mongolian, Marathi, Malay, Maltese, Myanmar, Nepali, Dutch, Nynorsk, Norwegian, Occitan, Punjabi, Polish, Pashto, Portuguese,
    Romanian, Russian, Sanskrit, Sindhi, Sinhala, Slovak, Slovenian, Shona, Somali, Albanian, Serbian, Sundanese, Swedish, Swahili, Tamil,
    Telugu, Tajik, Thai, Turkmen, Tagalog, Turkish, Tatar, Ukrainian, Urdu, Uzbek, Vietnamese, Yiddish, Yoruba, Chinese, Cantonese
"""
LANGUAGE_NAMES: dict[str, str] = dict(zip(LANGUAGES, (name.strip() for name in _IN_THE_ORDER_OF_THE_CODES.split(",")), strict=True))
"""By code."""

_CODES: dict[str, str] = {name.casefold(): code for code, name in LANGUAGE_NAMES.items()} | {
    "burmese": "my",
    "castilian": "es",
    "flemish": "nl",
    "haitian": "ht",
    "letzeburgesch": "lb",
    "mandarin": "zh",
    "moldavian": "ro",
    "moldovan": "ro",
    "panjabi": "pa",
    "pushto": "ps",
    "sinhalese": "si",
    "valencian": "ca",
}
"""By name in small letters, Whisper's other names included."""


def language_name(code: str) -> str:
    """The English name of a language; a code that Whisper does not know, as it is."""
    return LANGUAGE_NAMES.get(code, code)


def other_names(code: str) -> tuple[str, ...]:
    """What else Whisper takes for a language, beside its code and its name; in small letters."""
    return tuple(name for name, named in _CODES.items() if named == code and name != LANGUAGE_NAMES[code].casefold())


def language_code(text: str) -> str | None:
    """The code of a language given by its code, its English name or another name that Whisper has for it, in capitals or not;
    None where Whisper does not know it."""
    word = " ".join(text.casefold().split())
    return word if word in LANGUAGE_NAMES else _CODES.get(word)


def nearest_languages(text: str, most: int = 3) -> tuple[str, ...]:
    """The codes of those languages whose names or codes look most like `text`, the nearest first; none where nothing does."""
    word = " ".join(text.casefold().split())
    alike = difflib.get_close_matches(word, [*_CODES, *LANGUAGE_NAMES], n=2 * most, cutoff=0.6)
    return tuple(dict.fromkeys(code for one in alike if (code := language_code(one))))[:most]
