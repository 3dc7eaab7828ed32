"""Languages as media name them: ISO 639-1, either form of ISO 639-2, ISO 639-3, or tags with a region."""


def same_language(one: str, other: str) -> bool:
    """Whether two codes mean the same language, whatever the region: `de`, `deu`, `ger` and `de-AT` do."""
    first = _language(one)
    return first is not None and first == _language(other)


def _language(code: str) -> str | None:
    # Its tables take 0.1 s to load, and few users name a track's language.
    import langcodes

    try:
        found = langcodes.Language.get(code.strip())
    except ValueError:
        return None
    # One Chinese is "zho", another "cmn"; likewise, though langcodes keeps these apart, one Norwegian is "nor", another "nob".
    language = found.prefer_macrolanguage().language
    return "no" if language == "nb" else language
