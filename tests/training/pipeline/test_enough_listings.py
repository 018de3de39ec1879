"""Which manifests a run refuses, and with which number and which way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.training_data import write_toy_config
from tests.training.builders.labelled_manifest import listings, manifest_of
from training.data.manifest import Label, Manifest, PhotoRow
from training.errors import RunError
from training.pipeline.config import TrainConfig
from training.pipeline.enough_listings import require_enough_listings
from vision.config.read import read_config

FOLD_RUNS = "calibration.source=fold_runs"
OUT_OF_FOLD = ("calibration.source=out_of_fold", "calibration.folds=5")
OTHER_FOLDS = ("data.fold=0", "calibration.fold_source=other_folds")


def in_folds(label: Label, *counts: int) -> list[PhotoRow]:
    return [row for fold, count in enumerate(counts) for row in listings(label, count, fold=fold)]


def both(genuine: int, counterfeit: int) -> Manifest:
    return manifest_of(listings("genuine", genuine), listings("counterfeit", counterfeit))


def config_of(folder: Path, *overrides: str) -> TrainConfig:
    return read_config(TrainConfig, write_toy_config(folder, folder / "manifest.csv"), overrides)


REFUSED = [
    pytest.param(
        both(40, 3),
        (),
        "3 counterfeit listings are too few: 0 of them calibrate, and it takes 2 (about 14 in all, at "
        "data.calibrate_share = 0.15). Add counterfeit listings; or raise data.calibrate_share; or set "
        "calibration.source = 'out_of_fold', which calibrates on all of them; or leave them out with data.where = "
        "['label==genuine'] and calibration.source = 'out_of_fold': the bundle then knows genuine listings alone, "
        "flags what is unlike them, and never says genuine",
        id="few counterfeits",
    ),
    pytest.param(
        both(3, 40),
        (),
        "3 genuine listings are too few: 0 of them calibrate, and it takes 2 (about 14 in all, at data.calibrate_share "
        "= 0.15). Add genuine listings; or raise data.calibrate_share; or set calibration.source = 'out_of_fold', "
        "which calibrates on all of them",
        id="few genuine",
    ),
    pytest.param(
        both(3, 2),
        ("calibration.folds=5",),
        "3 genuine and 2 counterfeit listings are too few: 0 and 0 of them calibrate, and it takes 2 of each (about 14 "
        "in all, at data.calibrate_share = 0.15). Add genuine and counterfeit listings; or raise data.calibrate_share; "
        "or set calibration.source = 'out_of_fold' and calibration.folds = 2, which calibrates on all of them",
        id="few of both",
    ),
    pytest.param(
        both(40, 3),
        OUT_OF_FOLD,
        "3 counterfeit listings are too few: it takes 5, one in each of calibration.folds = 5. Add counterfeit "
        "listings; or set calibration.folds = 3; or leave them out with data.where = ['label==genuine']: the bundle "
        "then knows genuine listings alone, flags what is unlike them, and never says genuine",
        id="fewer counterfeits than folds",
    ),
    pytest.param(
        both(40, 3),
        (*OUT_OF_FOLD, "data.report_share=0.2"),
        "outside the test set (20 % of the listings, drawn by data.report_share), 2 counterfeit listings are too few: "
        "it takes 5, one in each of calibration.folds = 5. Add counterfeit listings",
        id="one of three counterfeits in the test set",
    ),
    pytest.param(
        manifest_of(listings("genuine", 40), listings("counterfeit", 40, seller="S")),
        OUT_OF_FOLD,
        "40 counterfeit listings are too few: it takes 5, one in each of calibration.folds = 5; they are of 1 seller, "
        "whose listings stay in one set. Add counterfeit listings; or leave them out",
        id="all counterfeits of one seller",
    ),
    pytest.param(
        manifest_of(listings("genuine", 10)),
        ("calibration.source=out_of_fold",),
        "10 genuine listings are too few: 10 of them calibrate, and it takes 19, since of fewer genuine listings none "
        "could be as rare as calibration.alpha = 0.05. Add genuine listings",
        id="few genuine alone",
    ),
    pytest.param(
        manifest_of(listings("genuine", 40)),
        (),
        "40 genuine listings are too few: 6 of them calibrate, and it takes 19, since of fewer genuine listings none "
        "could be as rare as calibration.alpha = 0.05 (about 127 in all, at data.calibrate_share = 0.15). Add genuine "
        "listings; or raise data.calibrate_share; or set calibration.source = 'out_of_fold', which calibrates on all",
        id="few genuine held out",
    ),
    pytest.param(
        manifest_of(
            listings("genuine", 30, split="train"),
            listings("counterfeit", 30, split="train"),
            listings("genuine", 20, split="val"),
            listings("counterfeit", 1, split="val"),
        ),
        (),
        "31 counterfeit listings are too few: 0 of them calibrate, and it takes 2. Add counterfeit listings; or mark "
        "more of them as split val; or set calibration.source = 'out_of_fold', which calibrates on all of them; or",
        id="one counterfeit in the split val",
    ),
    pytest.param(
        manifest_of(in_folds("genuine", 14, 14), in_folds("counterfeit", 9, 0)),
        (FOLD_RUNS,),
        "outside fold 0, 0 counterfeit listings are too few: 0 of them calibrate, and it takes 2 (about 14 in all, at "
        "data.calibrate_share = 0.15). Add counterfeit listings; or raise data.calibrate_share; or spread them over "
        "more folds in column fold",
        id="all counterfeits in one fold",
    ),
    pytest.param(
        manifest_of(in_folds("genuine", 9, 9), in_folds("counterfeit", 9, 1)),
        OTHER_FOLDS,
        "outside fold 0, 1 counterfeit listing is too few: 1 of them calibrate, and it takes 2. Add counterfeit "
        "listings; or spread them over more folds in column fold",
        id="one counterfeit in the other folds",
    ),
    pytest.param(
        manifest_of(listings("genuine", 40)),
        ("model.recipe=finetune",),
        "every label is genuine, and fine-tuning needs both labels: set model.recipe = 'frozen'",
        id="fine-tuning on genuine listings alone",
    ),
    pytest.param(both(0, 40), (), "no listing is genuine, and a detector compares with genuine ones", id="no genuine"),
]


@pytest.mark.parametrize(("manifest", "settings", "message"), REFUSED)
def test_a_label_with_too_few_listings_is_refused_with_the_number_and_a_way_out(
    tmp_path: Path, manifest: Manifest, settings: tuple[str, ...], message: str
) -> None:
    with pytest.raises(RunError) as caught:
        require_enough_listings(manifest, config_of(tmp_path, *settings))
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("manifest", "settings"),
    [
        pytest.param(both(14, 14), (), id="what the refusal names"),
        pytest.param(both(40, 3), ("calibration.source=out_of_fold",), id="its first way out"),
        pytest.param(manifest_of(listings("genuine", 40)), ("calibration.source=out_of_fold",), id="its second"),
        pytest.param(manifest_of(listings("genuine", 127)), (), id="genuine listings alone, held out"),
        pytest.param(
            manifest_of(*(listings(label, 4, f"p{n}") for n in range(10) for label in ("genuine", "counterfeit"))),
            (),
            id="many products with few listings each",
        ),
        pytest.param(
            manifest_of(listings("genuine", 30), listings("counterfeit", 30, "hat"), listings("genuine", 30, "hat")),
            (),
            id="a product with genuine listings alone",
        ),
        pytest.param(
            manifest_of(in_folds("genuine", 14, 14), in_folds("counterfeit", 14, 14)), (FOLD_RUNS,), id="folds"
        ),
        pytest.param(both(14, 14), ("model.recipe=finetune",), id="fine-tuning"),
    ],
)
def test_enough_listings_are_trained_on(tmp_path: Path, manifest: Manifest, settings: tuple[str, ...]) -> None:
    require_enough_listings(manifest, config_of(tmp_path, *settings))


def test_fine_tuning_names_the_label_that_its_early_stopping_lacks(tmp_path: Path) -> None:
    config = config_of(tmp_path, "model.recipe=finetune", "data.stop_share=0.02", "data.calibrate_share=0.5")
    with pytest.raises(RunError, match=r"0 of them are for early stopping \(data\.stop_share\), and it takes 1"):
        require_enough_listings(both(60, 4), config)
