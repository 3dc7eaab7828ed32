"""Folders of made-up weights: of the right form, a few hundred bytes long."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

ENGLISH = 51864


def model_bin(tokens: int = ENGLISH, mels: int = 80, spec: str = "WhisperSpec", layout: int = 6) -> bytes:
    """CTranslate2's model.bin. The embeddings claim `tokens` rows of no columns, so that they take no room."""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    def variable(name: str, shape: tuple[int, ...], values: bytes) -> bytes:
        return text(name) + struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, 0, len(values)) + values

    variables = [
        variable("encoder/conv1/weight", (1, mels, 3), bytes(4 * mels * 3)),
        variable("decoder/embeddings/weight", (tokens, 0), b""),
    ]
    aliases = struct.pack("<I", 1) + text("decoder/projection/weight") + text("decoder/embeddings/weight")
    return struct.pack("<I", layout) + text(spec) + struct.pack("<II", 3, len(variables)) + b"".join(variables) + aliases


def make_folder(folder: Path, tokens: int = ENGLISH, mels: int = 80) -> Path:
    """A folder that passes for a model."""
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(model_bin(tokens, mels))
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": {}}}))
    (folder / "vocabulary.txt").write_text("token\n" * tokens)
    if mels != 80:
        (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": mels}))
    return folder


def make_checkpoint(path: Path, tokens: int = ENGLISH) -> Path:
    """What passes for a checkpoint of openai-whisper's: a zip archive with a pickle in it."""
    dims = {"n_mels": 80, "n_audio_ctx": 1500, "n_vocab": tokens, "n_text_ctx": 448}
    pickled = io.BytesIO()
    pickle.dump({"dims": dims, "model_state_dict": {}}, pickled, protocol=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled.getvalue())
        archive.writestr("archive/data/0", bytes(1000))
    return path
