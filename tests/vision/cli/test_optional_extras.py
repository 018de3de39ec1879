from __future__ import annotations

from vision.cli.optional_extras import extras_that_bring, missing_extra


def test_the_extra_of_the_asking_package_wins_when_several_bring_the_module() -> None:
    error = ModuleNotFoundError("No module named 'jinja2'", name="jinja2.environment")
    assert "touchstone[serve]" in str(missing_extra(error, asked_by="serving.commands.serve"))
    assert "touchstone[train]" in str(missing_extra(error, asked_by="training.commands.train"))


def test_a_command_that_needs_the_client_alone_names_its_extra() -> None:
    error = ModuleNotFoundError("No module named 'httpx'", name="httpx")
    assert "touchstone[client]" in str(missing_extra(error, asked_by="serving.commands.jobs"))
    assert "touchstone[serve]" in str(missing_extra(error, asked_by="serving.commands.serve"))


def test_a_module_imported_under_another_name_is_found() -> None:
    error = ModuleNotFoundError("No module named 'sklearn'", name="sklearn")
    assert "touchstone[train]" in str(missing_extra(error, asked_by="training.commands.audit"))


def test_a_module_of_ours_is_never_blamed_on_an_extra() -> None:
    error = ModuleNotFoundError("No module named 'training.no_such_module'", name="training.no_such_module")
    assert missing_extra(error, asked_by="training.commands.train") is None


def test_extras_are_read_from_requirements_whatever_their_spelling() -> None:
    requirements = ("numpy>=2", "Scikit_Learn>=1.7; extra == 'train'", 'scikit-learn ; extra == "dev"')
    assert extras_that_bring("scikit-learn", requirements) == ["train", "dev"]
    assert extras_that_bring("numpy", requirements) == []
