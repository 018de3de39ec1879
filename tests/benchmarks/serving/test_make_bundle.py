"""The measured bundle: served in int8, and never taken for one that passed its gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.serving.make_bundle import add_int8
from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import draw_toy
from tests.training.builders.network import SIZE_PX, small_network
from training.model.onnx_export import export_network
from training.model.onnx_inference import single_thread_session
from training.quantise.config import QuantiseConfig
from vision.bundle.bundle import seal_bundle
from vision.bundle.self_test import self_test_inputs
from vision.errors import ConfigError
from vision.inference.scorer import Scorer


@pytest.mark.slow
def test_the_int8_graph_serves_and_says_that_no_gate_let_it(tmp_path: Path) -> None:
    photos = [tmp_path / f"{number}.png" for number in range(8)]
    random = np.random.default_rng(0)
    for number, file in enumerate(photos):
        Image.fromarray(draw_toy(random, "genuine" if number % 2 else "counterfeit")).save(file)
    source = tmp_path / "source"
    metadata = write_tiny_bundle(source, size_px=SIZE_PX).metadata
    export_network(small_network(), source / "model.onnx", size_px=SIZE_PX)
    session = single_thread_session(source / "model.onnx")
    logits = session.run(["logit"], {"photos": self_test_inputs(SIZE_PX)})[0]
    own = replace(metadata.graphs[0], self_test_logits=tuple(float(logit) for logit in logits))
    seal_bundle(source, replace(metadata, graphs=(own,)))

    both = add_int8(source, tmp_path / "out", photos, QuantiseConfig(float_convolutions=1), threads=1)

    served = Scorer(both).graph
    assert served.precision == "int8"
    assert served.gate is None
    assert served.parity > 0
    assert both.metadata.version.endswith("-ungated")
    assert "passed no gate" in str(both.metadata.metrics)
    assert "passed no gate" in (both.folder / "card.html").read_text()
    with pytest.raises(ConfigError, match="has 2 graphs"):
        add_int8(both.folder, tmp_path / "again", photos, QuantiseConfig(), threads=1)
