"""The mappings and sample registers that come with the product."""

from importlib.resources import files

from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.problems import RegisterError

_FOLDER = files("lifecycle.service.registers")


def mapping_names() -> tuple[str, ...]:
    """The names of the bundled mappings, in order."""
    return _names("mappings", ".yaml")


def bundled_mapping(name: str) -> RegisterMapping:
    """The bundled mapping of that name. Raises `RegisterError` (`unknown_mapping`) when there is none."""
    if name not in mapping_names():
        known = ", ".join(mapping_names())
        raise RegisterError("unknown_mapping", f"There is no mapping {name!r}.", f"Choose one of these: {known}.")
    path = _FOLDER / "mappings" / f"{name}.yaml"
    return read_mapping(path.read_text(encoding="utf-8"), path.name)


def sample_names() -> tuple[str, ...]:
    """The file names of the sample registers, oldest first."""
    return tuple(f"{name}.csv" for name in _names("sample", ".csv"))


def sample_register(filename: str) -> bytes:
    """The bytes of a sample register, by its file name. Raises `RegisterError` (`unknown_sample`) if none."""
    if filename not in sample_names():
        known = ", ".join(sample_names())
        raise RegisterError(
            "unknown_sample", f"There is no sample register {filename!r}.", f"Choose one of these: {known}."
        )
    return (_FOLDER / "sample" / filename).read_bytes()


def _names(folder: str, ending: str) -> tuple[str, ...]:
    found = (entry.name for entry in (_FOLDER / folder).iterdir())
    return tuple(sorted(name.removesuffix(ending) for name in found if name.endswith(ending)))
