"""Which folders hold the genuine and which the counterfeit photos, where a folder is the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data.photo_row import LABELS, Label
from vision.errors import ManifestError
from vision.photo.class_names import label_of_name
from vision.photo.folder import FolderPhotos, list_folder, list_folder_tree, name_some

OPTIONS: Mapping[Label, str] = {
    "genuine": "--genuine-folder (data.genuine_folder)",
    "counterfeit": "--counterfeit-folder (data.counterfeit_folder)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFolders:
    """The folder of each label that has one, and what else lies beside them."""

    of_label: Mapping[Label, Path]
    others: tuple[Path, ...]
    beside: FolderPhotos


def find_class_folders(folder: Path, given: Mapping[Label, str]) -> ClassFolders:
    """The class folders: those `given` by name, else those whose names say so, in any case and number.

    Raises ManifestError, naming the folders that there are, where neither class is found, where two folders have the
    name of one class, and where a class is missing and an unknown folder may be it.
    """
    beside = list_folder(folder)
    found = {label: _given_folder(folder, label, name, beside) for label, name in given.items()}
    if len(set(found.values())) < len(found):
        raise ManifestError(f"{folder}: '{given['genuine']}' can't be the folder of both classes; name two.")
    for label in LABELS:
        if label not in found:
            named = [one for one in beside.folders if label_of_name(one.name) == label and one not in found.values()]
            if len(named) > 1:
                raise ManifestError(
                    f"{folder} has {len(named)} folders of {label} photos: {_listed(named)}. Move the listings of all "
                    f"into one, or name the one to read with {OPTIONS[label]}."
                )
            found.update((label, one) for one in named)
    others = tuple(one for one in beside.folders if not any(class_.is_relative_to(one) for class_ in found.values()))
    if not found:
        raise ManifestError(_none_found(folder, beside))
    _refuse_possible_class(folder, found, others)
    return ClassFolders(of_label=found, others=others, beside=beside)


def _given_folder(folder: Path, label: Label, name: str, beside: FolderPhotos) -> Path:
    given = folder / name
    is_inside = not Path(name).is_absolute() and ".." not in Path(name).parts and given != folder
    if not (is_inside and given.is_dir()):
        raise ManifestError(
            f"{folder} has no folder '{name}'; {OPTIONS[label]} names a folder in it. {_folders(beside.folders)}"
        )
    return given


def _none_found(folder: Path, beside: FolderPhotos) -> str:
    tables = [one.path.name for one in beside.left_out if one.path.suffix.lower() in {".csv", ".tsv", ".parquet"}]
    inner = [
        one for one in beside.folders if {label_of_name(child.name) for child in list_folder(one).folders} - {None}
    ]
    if tables:
        hint = f"It holds {name_some(tables)}: if that is the manifest, give the file."
    elif inner:
        hint = f"{_listed(inner)} has folders of that kind: give it instead, or join several in a CSV manifest."
    else:
        hint = f"Rename them, or name them with {OPTIONS['genuine']} and {OPTIONS['counterfeit']}."
    return f"{folder} has neither genuine/ nor counterfeit/. {_folders(beside.folders)} {hint}"


def _refuse_possible_class(folder: Path, found: Mapping[Label, Path], others: Sequence[Path]) -> None:
    """A folder of photos that nothing is known of may be the class that is missing: training would go on without it."""
    missing = [label for label in LABELS if label not in found]
    possible = [one for one in others if missing and list_folder_tree(one).photos]
    if possible:
        (present,) = found.values()
        raise ManifestError(
            f"{folder} has {present.name}/, no folder of {missing[0]} photos, and photos in {_listed(possible)}. "
            f"Name the {missing[0]} ones with {OPTIONS[missing[0]]}, or move other photos out of {folder}."
        )


def _folders(folders: Sequence[Path]) -> str:
    return f"Its folders are {_listed(folders)}." if folders else "It has no folders."


def _listed(folders: Sequence[Path]) -> str:
    return name_some(f"{one.name}/" for one in folders)
