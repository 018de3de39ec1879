"""The errors of training: each has a stable code of its own."""

from __future__ import annotations

from training import errors
from training.errors import TrainingError
from vision.errors import TouchstoneError


def test_every_error_has_a_code_of_its_own_and_is_drawn_in_the_tree() -> None:
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TrainingError)]
    codes = {kind.__name__: kind.code for kind in classes}
    assert len(set(codes.values())) == len(codes) == 9
    assert errors.__doc__ is not None
    drawn = {
        words[-2]: words[-1] for line in errors.__doc__.splitlines() if len(words := line.split()) >= 3 and "─" in line
    }
    assert drawn == codes


def test_every_error_is_reported_like_any_other_of_touchstone() -> None:
    error = TrainingError("the message")
    assert isinstance(error, TouchstoneError)
    assert error.message == "the message"
