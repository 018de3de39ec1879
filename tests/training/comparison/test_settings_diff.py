"""Only the settings in which runs differ are shown."""

from collections.abc import Mapping

from training.comparison.settings_diff import DATA_KEY, diff_settings
from training.runs.facts import RunFacts


def facts(data_hash: str | None = "a" * 64, **settings: object) -> RunFacts:
    return RunFacts(settings={key.replace("__", "."): value for key, value in settings.items()}, data_hash=data_hash)


def differing(*runs: RunFacts) -> Mapping[str, tuple[str, ...]]:
    return {setting.key: setting.values for setting in diff_settings(runs)}


def test_a_setting_that_all_share_is_not_shown() -> None:
    first = facts(model__head="linear", frozen__c=0.01)
    assert differing(first, facts(model__head="kernel", frozen__c=0.01)) == {"model.head": ("linear", "kernel")}
    assert differing(first, first) == {}


def test_a_setting_that_an_older_run_lacks_is_shown() -> None:
    assert differing(facts(model__size_px=64), facts(model__size_px=64, model__tiles=4)) == {"model.tiles": ("–", "4")}


def test_fine_tuning_counts_among_fine_tuned_runs_only() -> None:
    frozen = facts(model__recipe="frozen")
    tuned = facts(model__recipe="finetune", finetune__epochs=2)
    assert differing(frozen, tuned) == {"model.recipe": ("frozen", "finetune")}
    longer = facts(model__recipe="finetune", finetune__epochs=4)
    assert differing(frozen, tuned, longer)["finetune.epochs"] == ("–", "2", "4")


def test_a_run_without_a_record_differs_in_nothing() -> None:
    assert differing(RunFacts(), facts(model__head="linear")) == {}


def test_other_photos_are_shown_last() -> None:
    found = differing(facts("a" * 64, frozen__c=1), facts("b" * 64, frozen__c=2))
    assert list(found) == ["frozen.c", DATA_KEY]
    assert found[DATA_KEY] == ("a" * 12, "b" * 12)
