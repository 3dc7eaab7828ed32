"""Makes an openai-whisper checkpoint from CTranslate2 weights, so that both engines can be held against each other with the same ones.

CTranslate2 keeps a Whisper model as named arrays; openai-whisper's names and its split of the attention's weights are those of its
model.py (https://github.com/openai/whisper)."""

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
Arrays = dict[str, Any]


def convert(source: Path, checkpoint: Path) -> None:
    """Writes the float16 weights of `source` (a model.bin) as `checkpoint` (a .pt file)."""
    arrays = _read(source)
    state: dict[str, torch.Tensor] = {}

    def put(name: str, array: Any) -> None:
        state[name] = torch.from_numpy(np.array(array, dtype=np.float32)).half()

    def norm(name: str, at: str) -> None:
        put(f"{name}.weight", arrays[f"{at}/gamma"])
        put(f"{name}.bias", arrays[f"{at}/beta"])

    def linear(name: str, at: str) -> None:
        put(f"{name}.weight", arrays[f"{at}/weight"])
        put(f"{name}.bias", arrays[f"{at}/bias"])

    def attention(name: str, at: str, *, cross: bool) -> None:
        joined = [] if cross else [("query", 0), ("key", 1), ("value", 2)]
        if cross:
            linear(f"{name}.query", f"{at}/linear_0")
            joined = [("key", 0), ("value", 1)]
        source = f"{at}/linear_{int(cross)}"
        for part, i in joined:
            put(f"{name}.{part}.weight", arrays[f"{source}/weight"][i * width : (i + 1) * width])
            if part != "key":
                put(f"{name}.{part}.bias", arrays[f"{source}/bias"][i * width : (i + 1) * width])
        linear(f"{name}.out", f"{at}/linear_{1 + cross}")

    width = arrays["decoder/embeddings/weight"].shape[1]
    for convolution in ("conv1", "conv2"):
        linear(f"encoder.{convolution}", f"encoder/{convolution}")
    put("encoder.positional_embedding", arrays["encoder/position_encodings/encodings"])
    put("decoder.positional_embedding", arrays["decoder/position_encodings/encodings"])
    put("decoder.token_embedding.weight", arrays["decoder/embeddings/weight"])
    norm("encoder.ln_post", "encoder/layer_norm")
    norm("decoder.ln", "decoder/layer_norm")
    layers = {}
    for side in ("encoder", "decoder"):
        layers[side] = 0
        while f"{side}/layer_{layers[side]}/ffn/linear_0/weight" in arrays:
            at, name = f"{side}/layer_{layers[side]}", f"{side}.blocks.{layers[side]}"
            norm(f"{name}.attn_ln", f"{at}/self_attention/layer_norm")
            attention(f"{name}.attn", f"{at}/self_attention", cross=False)
            if side == "decoder":
                norm(f"{name}.cross_attn_ln", f"{at}/attention/layer_norm")
                attention(f"{name}.cross_attn", f"{at}/attention", cross=True)
            norm(f"{name}.mlp_ln", f"{at}/ffn/layer_norm")
            linear(f"{name}.mlp.0", f"{at}/ffn/linear_0")
            linear(f"{name}.mlp.2", f"{at}/ffn/linear_1")
            layers[side] += 1
    dimensions = {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
        "n_audio_ctx": 1500,
        "n_audio_state": width,
        "n_audio_head": width // 64,
        "n_audio_layer": layers["encoder"],
        "n_text_ctx": 448,
        "n_text_state": width,
        "n_text_head": width // 64,
        "n_text_layer": layers["decoder"],
    }
    torch.save({"dims": dimensions, "model_state_dict": state}, checkpoint)


def _read(path: Path) -> Arrays:
    arrays: Arrays = {}
    with path.open("rb") as file:
        _number(file, "I")  # the layout's version
        _text(file)
        _number(file, "I")  # the revision of the model's kind
        for _ in range(_number(file, "I")):
            name = _text(file)
            shape = [_number(file, "I") for _ in range(_number(file, "B"))]
            kind, size = TYPES[_number(file, "B")], _number(file, "I")
            arrays[name] = np.frombuffer(file.read(size), kind).reshape(shape)
        for _ in range(_number(file, "I")):
            alias, name = _text(file), _text(file)
            arrays[alias] = arrays[name]
    return arrays


def _number(file: BinaryIO, kind: str) -> int:
    layout = struct.Struct(f"<{kind}")
    return int(layout.unpack(file.read(layout.size))[0])


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode()
