"""Refuses what can't be had, before anything is started. Nothing here looks at a file or asks a worker."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from dwhisper_worker.contract import MODELS, Device, EngineInfo, ModelState

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
    ModelFolderBroken,
    ModelLacksLanguage,
    RangeEmpty,
)
from dwhisper_gui.core.job import Options
from dwhisper_gui.core.language_names import language_code, language_name, nearest_languages

AUTO = "auto"


def read_language(text: str) -> str:
    """A code of `LANGUAGES`, or `auto`, from a code or a name. Raises `LanguageUnknown`."""
    if text.strip().lower() == AUTO:
        return AUTO
    code = language_code(text)
    if code is None:
        nearest = " or ".join(f"{language_name(one)} ({one})" for one in nearest_languages(text))
        raise LanguageMisspelt(language=text, nearest=nearest) if nearest else LanguageUnknown(language=text)
    return code


def read_formats(texts: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Names of formats, each given alone or several separated by commas; a repeated one counts once. Raises `FormatUnknown`,
    `FormatMissing` where none is named."""
    names = tuple(dict.fromkeys(name for text in texts for name in text.lower().replace(",", " ").split()))
    if not names:
        raise FormatMissing(known=", ".join(known))
    for name in names:
        if name not in known:
            raise FormatUnknown(format=name, known=", ".join(known))
    return names


def refuse_impossible(options: Options) -> None:
    """What the options alone contradict. Raises `RangeEmpty`, `ModelLacksLanguage`, `ModelCannotTranslate`; of a model without a name
    only the worker knows what it can do."""
    if options.end is not None and options.end <= options.start:
        raise RangeEmpty(start=f"{options.start:g} s", end=f"{options.end:g} s")
    model = MODELS.get(options.model)
    if model is None:
        return
    if options.language not in (AUTO, *model.languages):
        raise ModelLacksLanguage(model=options.model, language=options.language)
    if options.translate and not model.translates:
        raise ModelCannotTranslate(model=options.model)


def refuse_unfit(options: Options, state: ModelState) -> None:
    """What the weights at hand can't do. Raises `ModelBroken`, `ModelLacksLanguage`, `ModelCannotTranslate`; weights that would have to
    be downloaded are taken on trust."""
    if state.path is None:
        return
    if state.problem is not None:
        error = ModelBroken if state.origin == "folder" and state.name in MODELS else ModelFolderBroken
        raise error(model=state.name, path=state.path, detail=state.problem)
    if state.languages and options.language not in (AUTO, *state.languages):
        raise ModelLacksLanguage(model=options.model, language=options.language)
    if options.translate and not state.translates:
        raise ModelCannotTranslate(model=options.model)


def settled(options: Options, state: ModelState) -> Options:
    """The options, with the language where these weights know one only: there is nothing to listen for. That of a model with a name is
    known without its weights, so its options stay as they are."""
    if options.language == AUTO and state.name not in MODELS and len(state.languages) == 1:
        return replace(options, language=state.languages[0])
    return options


def refuse_unavailable(options: Options, engines: Collection[EngineInfo], devices: Collection[Device]) -> None:
    """What the worker at hand does not have. Raises `EngineUnknown`, `EngineMissing`, `EngineLacks`, `LanguageUnknown`,
    `DeviceUnknown`, `ComputeTypeUnknown`."""
    engine = next((one for one in engines if one.name == options.engine), None)
    if engine is None:
        raise EngineUnknown(engine=options.engine, known=", ".join(one.name for one in engines))
    if engine.version is None:
        raise EngineMissing(engine=options.engine, package=engine.package)
    for option, wanted, takes in (("prompt", options.prompt, engine.takes_prompt), ("hotwords", options.hotwords, engine.takes_hotwords)):
        if wanted and not takes:
            raise EngineLacks(engine=options.engine, option=option)
    if options.translate and not engine.translates:
        raise EngineLacks(engine=options.engine, option="translate")
    if options.language != AUTO and options.language not in engine.languages:
        raise LanguageUnknown(language=options.language)
    usable = [device for device in devices if device.name.partition(":")[0] in engine.devices]
    if options.device != AUTO and options.device not in _names(usable):
        raise DeviceUnknown(device=options.device, known=", ".join(device.name for device in usable))
    if options.compute_type != AUTO:
        chosen = [device for device in usable if options.device in (AUTO, *_names([device]))]
        if not any(options.compute_type in device.compute_types for device in chosen):
            known = dict.fromkeys(one for device in chosen for one in device.compute_types)
            device = options.device if options.device != AUTO else ", ".join(one.name for one in chosen)
            raise ComputeTypeUnknown(compute_type=options.compute_type, device=device, known=", ".join(known))


def _names(devices: Iterable[Device]) -> set[str]:
    """How each can be called: `cuda` is its first."""
    return {name for device in devices for name in (device.name, device.name.removesuffix(":0"))}
