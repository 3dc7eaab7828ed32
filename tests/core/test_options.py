"""What can't be had is refused before anything starts."""

import pytest
from dwhisper_worker.contract import LANGUAGES, MODELS, Device, EngineInfo, ModelState

from dwhisper_gui.core.errors import (
    ComputeTypeUnknown,
    DeviceUnknown,
    EngineLacks,
    EngineMissing,
    EngineUnknown,
    FormatMissing,
    FormatUnknown,
    LanguageMisspelt,
    LanguageUnknown,
    ModelBroken,
    ModelCannotTranslate,
    ModelLacksLanguage,
    RangeEmpty,
    UsageError,
)
from dwhisper_gui.core.job import Options
from dwhisper_gui.core.options import read_formats, read_language, refuse_impossible, refuse_unavailable, refuse_unfit, settled

CPU = Device("cpu", "", ("int8", "float32"))
CUDA = Device("cuda:0", "", ("float16", "int8_float16"))


def engine(name: str, version: str | None = "1", *, devices: tuple[str, ...] = ("cpu", "cuda"), hotwords: bool = True) -> EngineInfo:
    return EngineInfo(name, version, f"pip-{name}", True, True, hotwords, True, LANGUAGES[:50], devices)


ENGINES = (engine("faster-whisper"), engine("openai-whisper", None), engine("plain", devices=("cpu",), hotwords=False))


def test_reads_languages() -> None:
    assert [read_language(text) for text in ("Auto", "de", " EN ", "German", "GERMAN", "flemish")] == ["auto", "de", "en", "de", "de", "nl"]
    with pytest.raises(LanguageUnknown, match=r"“xyzzy”.*models languages"):
        read_language("xyzzy")
    with pytest.raises(LanguageMisspelt, match=r"“geman”.*German \(de\)"):
        read_language("geman")


def test_reads_formats_alone_and_in_lists_each_once() -> None:
    known = ("srt", "vtt", "txt")
    assert read_formats(["SRT", "vtt,srt"], known) == ("srt", "vtt")
    with pytest.raises(FormatUnknown, match=r"“doc”.*srt, vtt, txt"):
        read_formats(["srt", "doc"], known)
    for nothing in ([","], [""], []):
        with pytest.raises(FormatMissing, match="srt, vtt, txt"):
            read_formats(nothing, known)


def test_refuses_what_the_weights_at_hand_cannot_do() -> None:
    english = ModelState("/w", "/w", "path", 1, None, ("en",), translates=False)
    refuse_unfit(Options("/w"), english)
    refuse_unfit(Options("/w", language="en"), english)
    refuse_unfit(Options("tiny", language="de", translate=True), ModelState("tiny", None, "download", 1))
    with pytest.raises(ModelLacksLanguage, match=r"“/w”.*“de”"):
        refuse_unfit(Options("/w", language="de"), english)
    with pytest.raises(ModelCannotTranslate):
        refuse_unfit(Options("/w", translate=True), english)


def test_weights_that_know_one_language_settle_it() -> None:
    english = ModelState("/w", "/w", "path", 1, None, ("en",), translates=False)
    many = ModelState("/w", "/w", "path", 1, None, ("de", "en"))
    assert settled(Options("/w"), english) == Options("/w", language="en")
    assert settled(Options("/w", language="de"), english) == Options("/w", language="de"), "that is for others to refuse"
    assert settled(Options("/w"), many) == Options("/w")
    assert settled(Options("tiny"), ModelState("tiny", None, "download", 1)) == Options("tiny")


@pytest.mark.parametrize(
    ("name", "origin", "advice"),
    [("tiny", "folder", "models download tiny"), ("/w", "path", "Give another folder"), ("mine", "folder", "Give another folder")],
)
def test_broken_weights_are_refused_with_the_advice_that_fits(name: str, origin: str, advice: str) -> None:
    with pytest.raises(ModelBroken, match=advice):
        refuse_unfit(Options(name), ModelState(name, "/w", origin, 1, "it is cut off"))


@pytest.mark.parametrize("end", [10.0, 9.0])
def test_refuses_an_empty_range(end: float) -> None:
    with pytest.raises(RangeEmpty, match=f"between 10 s and {end:g} s"):
        refuse_impossible(Options("tiny", start=10.0, end=end))


@pytest.mark.parametrize("model", ["tiny.en", "medium.en", "distil-large-v3", "distil-small.en"])
def test_refuses_other_languages_for_english_models(model: str) -> None:
    for language in ("auto", "en"):
        refuse_impossible(Options(model, language=language))
    with pytest.raises(ModelLacksLanguage, match=f"“{model}”.*“de”"):
        refuse_impossible(Options(model, language="de"))


@pytest.mark.parametrize("model", ["large-v2", "base", "distil-large-v3"])
def test_cantonese_is_known_to_large_v3_and_its_kin_only(model: str) -> None:
    for newer in ("large-v3", "large", "large-v3-turbo", "turbo"):
        refuse_impossible(Options(newer, language="yue"))
    with pytest.raises(ModelLacksLanguage, match=f"“{model}” does not know the language “yue”"):
        refuse_impossible(Options(model, language="yue"))


@pytest.mark.parametrize("model", ["turbo", "large-v3-turbo", "distil-large-v3.5", "base.en"])
def test_refuses_to_translate_with_models_that_cannot(model: str) -> None:
    with pytest.raises(ModelCannotTranslate, match=model):
        refuse_impossible(Options(model, translate=True))


def test_takes_everything_else() -> None:
    for name, model in MODELS.items():
        refuse_impossible(Options(name, language="en", translate=model.translates, start=1.0, end=1.5))
    refuse_impossible(Options("/a/folder/of/weights", language="de", translate=True))


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        (Options("tiny", engine="whisper.cpp"), EngineUnknown, "faster-whisper, openai-whisper, plain"),
        (Options("tiny", engine="openai-whisper"), EngineMissing, "pip-openai-whisper"),
        (Options("tiny", engine="plain", hotwords="Dashwood"), EngineLacks, "hotwords"),
        (Options("tiny", language="yue"), LanguageUnknown, "yue"),
        (Options("tiny", device="cuda:1"), DeviceUnknown, "cpu, cuda:0"),
        (Options("tiny", engine="plain", device="cuda"), DeviceUnknown, "It has: cpu."),
        (Options("tiny", device="cpu", compute_type="float16"), ComputeTypeUnknown, "int8, float32"),
        (Options("tiny", compute_type="int16"), ComputeTypeUnknown, "int8, float32, float16, int8_float16"),
    ],
)
def test_refuses_what_the_worker_does_not_have(options: Options, error: type[UsageError], named: str) -> None:
    with pytest.raises(error) as caught:
        refuse_unavailable(options, ENGINES, (CPU, CUDA))
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        Options("tiny"),
        Options("tiny", device="cuda"),
        Options("tiny", device="cuda:0", compute_type="float16"),
        Options("tiny", compute_type="float16"),
        Options("tiny", engine="plain", device="cpu", compute_type="int8", prompt="A word."),
    ],
)
def test_takes_what_the_worker_has(options: Options) -> None:
    refuse_unavailable(options, ENGINES, (CPU, CUDA))
