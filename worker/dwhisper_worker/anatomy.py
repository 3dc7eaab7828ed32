"""Whether a folder or file holds Whisper's weights, found out in milliseconds without reading the weights themselves.

An engine given a damaged folder fails late or not at all: a missing tokenizer.json sends it to the network, a cut vocabulary fails
in the first decoding, random bytes give “!!!!”. So this is asked first, and a hash after it."""

import json
import pickletools
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ENGLISH_VOCABULARY = 51864
"""Tokens of the English-only models; the multilingual ones have one more."""
CANTONESE_VOCABULARY = 51866
"""Tokens of large-v3 and its kin: one more again, for the language `yue`."""

_NEWEST_LAYOUT = 6
_ITEM_SIZES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # float32, int8, int16, int32, float16, bfloat16


class Broken(Exception):
    """The weights can't be used; the text says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What the weights say about themselves: tokens they know, and mel bands they listen to."""

    vocabulary: int
    mels: int


def examine_folder(folder: Path) -> Anatomy:
    """Checks that a folder holds a whole Whisper model of CTranslate2's. Raises `Broken`."""
    _json(folder / "config.json")
    tokenizer = _json(folder / "tokenizer.json")
    if not isinstance(tokenizer, dict) or "model" not in tokenizer:
        raise Broken("tokenizer.json is not a tokenizer")
    words = _vocabulary_size(folder)
    anatomy = _examine_model(folder / "model.bin")
    if words < anatomy.vocabulary:
        raise Broken(f"the vocabulary has {words} tokens where the model has {anatomy.vocabulary}")
    _check_bands(folder / "preprocessor_config.json", anatomy.mels)
    return anatomy


def examine_checkpoint(path: Path) -> int:
    """Checks that a file is a whole checkpoint of openai-whisper's; returns how many tokens it knows. Raises `Broken`."""
    try:
        with zipfile.ZipFile(path) as archive:  # its directory is at the end, so a cut file has none
            inside = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
            pickled = archive.read(inside) if inside else b""
        found = False
        for _, argument, _ in pickletools.genops(pickled):  # reads the pickle without running it
            if found and isinstance(argument, int) and argument >= ENGLISH_VOCABULARY:
                return argument
            found = found or argument == "n_vocab"
    except (OSError, EOFError, zipfile.BadZipFile, ValueError) as error:
        raise Broken(f"not a checkpoint of openai-whisper: {error}") from error
    raise Broken("not a checkpoint of openai-whisper")


def _examine_model(path: Path) -> Anatomy:
    """Walks the table of variables in CTranslate2's model.bin, jumping over their values (its src/models/model.cc reads the same)."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            layout = _number(file, "I")
            if not 2 <= layout <= _NEWEST_LAYOUT:
                raise Broken(f"model.bin has layout {layout}, known are 2 to {_NEWEST_LAYOUT}")
            if _text(file) != "WhisperSpec":
                raise Broken("model.bin is not a Whisper model")
            _number(file, "I")
            shapes = {}
            for _ in range(_number(file, "I")):
                name = _text(file)
                shapes[name] = tuple(_number(file, "I") for _ in range(_number(file, "B")))
                _jump(file, layout, size)
            for _ in range(_number(file, "I") if layout >= 3 else 0):
                _text(file)
                _text(file)
            if file.tell() != size:
                raise Broken(f"model.bin has {size} bytes where {file.tell()} are described")
    except FileNotFoundError as error:
        raise Broken("model.bin is missing") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(f"model.bin can't be read: {error}") from error
    embeddings, convolution = shapes.get("decoder/embeddings/weight"), shapes.get("encoder/conv1/weight")
    if not embeddings or not convolution or len(convolution) != 3:
        raise Broken("model.bin is not a Whisper model")
    return Anatomy(vocabulary=embeddings[0], mels=convolution[1])


def _jump(file: BinaryIO, layout: int, size: int) -> None:
    if layout >= 4:
        if _number(file, "B") not in _ITEM_SIZES:
            raise Broken("model.bin holds a type of number that is not known")
        length = _number(file, "I")
    else:
        item_size = _number(file, "B")
        length = _number(file, "I") * item_size
    if file.seek(length, 1) > size:
        raise Broken(f"model.bin breaks off after {size} bytes")


def _number(file: BinaryIO, code: str) -> int:
    pattern = struct.Struct("<" + code)
    read = file.read(pattern.size)
    if len(read) < pattern.size:
        raise Broken(f"model.bin breaks off after {file.tell()} bytes")
    number: int = pattern.unpack(read)[0]
    return number


def _text(file: BinaryIO) -> str:
    length = _number(file, "H")
    read = file.read(length)
    if len(read) < length or not read.endswith(b"\0"):
        raise Broken("model.bin is not a model of CTranslate2")
    return read[:-1].decode()


def _vocabulary_size(folder: Path) -> int:
    as_json, as_text = folder / "vocabulary.json", folder / "vocabulary.txt"
    if as_json.is_file():
        words = _json(as_json)
        if not isinstance(words, list):
            raise Broken("vocabulary.json is not a list")
        return len(words)
    try:
        return len(as_text.read_bytes().removesuffix(b"\n").split(b"\n"))
    except OSError as error:
        raise Broken("vocabulary.json or vocabulary.txt is missing") from error


def _check_bands(path: Path, mels: int) -> None:
    """faster-whisper listens to 80 mel bands unless this file says otherwise; large-v3 and its kin need 128."""
    settings = _json(path) if path.is_file() else {}
    bands = settings.get("feature_size", 80) if isinstance(settings, dict) else None
    if bands != mels:
        missing = "" if path.is_file() else " (it is missing)"
        raise Broken(f"preprocessor_config.json does not give the {mels} mel bands that the model needs{missing}")


def _json(path: Path) -> object:
    try:
        parsed: object = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise Broken(f"{path.name} is missing") from error
    except OSError as error:
        raise Broken(f"{path.name} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise Broken(f"{path.name} is damaged: {error}") from error
    return parsed
