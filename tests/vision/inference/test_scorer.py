import dataclasses
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.builders.bundle import BIAS, SIZE_PX, tiny_graph, tiny_logits, write_tiny_bundle
from vision.bundle.bundle import Bundle, seal_bundle
from vision.bundle.self_test import self_test_inputs
from vision.errors import BundleChecksumMismatch, BundleError, ConfigError
from vision.inference.scorer import CPU, Scorer, Scores


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("bundle"))


def resealed(bundle: Bundle, model: onnx.ModelProto) -> Bundle:
    onnx.save(model, bundle.folder / "model.onnx")
    return seal_bundle(bundle.folder, bundle.metadata)


def test_the_scorer_gives_the_graphs_outputs_by_name(bundle: Bundle) -> None:
    tiles = self_test_inputs(SIZE_PX)
    scores = Scorer(bundle).score(tiles)
    assert scores.logit == pytest.approx(tiny_logits(tiles), abs=1e-4)
    assert scores.logit.dtype == np.float32
    assert scores.embedding.shape == (8, 4)
    assert np.linalg.norm(scores.embedding, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert scores.evidence.shape == (8, 8, 8)
    assert scores.evidence.sum(axis=(1, 2)) + BIAS == pytest.approx(scores.logit, abs=1e-4)
    assert scores.novelty is None
    assert scores.foreground is None


def test_novelty_is_given_where_the_graph_has_it(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    model = tiny_graph(SIZE_PX, 20.0, BIAS)
    model.graph.node.append(helper.make_node("Neg", ["logit"], ["novelty"]))
    model.graph.output.append(helper.make_tensor_value_info("novelty", TensorProto.FLOAT, ["N"]))
    scores = Scorer(resealed(bundle, model)).score(self_test_inputs(SIZE_PX))
    assert scores.novelty is not None
    assert (scores.novelty == -scores.logit).all()


def test_the_foreground_is_given_where_the_graph_has_it(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    model = tiny_graph(SIZE_PX, 20.0, BIAS)
    model.graph.node.append(helper.make_node("Sigmoid", ["evidence"], ["foreground"]))
    model.graph.output.append(helper.make_tensor_value_info("foreground", TensorProto.FLOAT, ["N", 8, 8]))
    scores = Scorer(resealed(bundle, model)).score(self_test_inputs(SIZE_PX))
    assert scores.foreground is not None
    assert scores.foreground == pytest.approx(1 / (1 + np.exp(-scores.evidence)), abs=1e-5)


def test_a_batch_is_judged_as_its_tiles_are_alone(bundle: Bundle) -> None:
    scorer, tiles = Scorer(bundle), self_test_inputs(SIZE_PX)
    alone = [float(scorer.score(tiles[i : i + 1]).logit[0]) for i in range(8)]
    assert scorer.score(tiles).logit.tolist() == pytest.approx(alone, abs=1e-6)


def test_many_threads_share_one_scorer(bundle: Bundle, run_in_threads: Callable[..., list[Scores]]) -> None:
    scorer, tiles = Scorer(bundle), self_test_inputs(SIZE_PX)
    expected = scorer.score(tiles).logit
    for scores in run_in_threads(lambda: scorer.score(tiles), times=16):
        assert (scores.logit == expected).all()


def test_int8_is_preferred_where_its_self_test_agrees(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path, int8_slope=20.05)
    assert Scorer(bundle).graph.precision == "int8"


def test_an_int8_graph_that_differs_here_is_left_aside_with_a_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bundle = write_tiny_bundle(tmp_path, int8_slope=26.0)
    with caplog.at_level(logging.WARNING):
        scorer = Scorer(bundle)
    assert scorer.graph.precision == "fp32"
    assert scorer.score(self_test_inputs(SIZE_PX)).logit == pytest.approx(
        tiny_logits(self_test_inputs(SIZE_PX)), abs=1e-4
    )
    assert "model.int8.onnx differs by" in caplog.text


def test_the_graph_that_is_asked_for_serves_and_no_other(tmp_path: Path) -> None:
    both = write_tiny_bundle(tmp_path / "both", int8_slope=20.05)
    assert Scorer(both, precision="fp32").graph.precision == "fp32"
    assert Scorer(both, precision="int8").graph.precision == "int8"
    with pytest.raises(ConfigError, match="has no int8 graph: ask for fp32"):
        Scorer(write_tiny_bundle(tmp_path / "one"), precision="int8")
    with pytest.raises(BundleError, match=r"model\.int8\.onnx answers its self-test 0\.\d+ off"):
        Scorer(write_tiny_bundle(tmp_path / "far", int8_slope=26.0), precision="int8")


def test_an_fp32_graph_that_differs_is_refused(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path, self_test_logits=[0.0] * 8)
    with pytest.raises(BundleError, match=r"model\.onnx answers its self-test 0\.\d+ off"):
        Scorer(bundle)


def test_a_graph_that_answers_no_number_is_refused(tmp_path: Path) -> None:
    bundle = resealed(write_tiny_bundle(tmp_path), tiny_graph(SIZE_PX, float("nan"), BIAS))
    with pytest.raises(BundleError, match="answers its self-test inf off"):
        Scorer(bundle)


def test_a_difference_within_the_tolerance_is_accepted(tmp_path: Path) -> None:
    expected = tiny_logits(self_test_inputs(SIZE_PX))
    assert Scorer(write_tiny_bundle(tmp_path / "near", self_test_logits=[x + 0.1 for x in expected]))
    with pytest.raises(BundleError):  # near 0.5, a logit more 0.2 is 0.025 of authenticity at slope 0.5
        Scorer(write_tiny_bundle(tmp_path / "far", self_test_logits=[x + 0.2 for x in expected]))


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(BundleError, match=r"model\.onnx can't be loaded by this onnxruntime") as caught:
        Scorer(seal_bundle(tmp_path, bundle.metadata))
    assert caught.value.__cause__ is not None


def test_a_graph_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"expected uint8 photos \[N, 64, 64, 3\]"):
        Scorer(resealed(write_tiny_bundle(tmp_path), tiny_graph(32, 20.0, BIAS)))


def test_a_graph_without_evidence_is_refused(tmp_path: Path) -> None:
    model = tiny_graph(SIZE_PX, 20.0, BIAS)
    del model.graph.output[2]
    with pytest.raises(BundleError, match="lacks the outputs evidence"):
        Scorer(resealed(write_tiny_bundle(tmp_path), model))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("product_logit", "MatMul", ["mean", "weights"]), r"gives product_logit \[1, 1\].*expected \[1, 2\]"),
        (("novelty", "MatMul", ["mean", "weights"]), r"gives novelty \[1, 1\].*expected \[1\]"),
        (("foreground", "Identity", ["mean"]), r"gives foreground \[1, 3\].*expected \[1, 8, 8\]"),
    ],
)
def test_outputs_of_another_shape_than_the_bundles_are_refused_when_it_loads(
    tmp_path: Path, change: tuple[str, str, list[str]], expected: str
) -> None:
    bundle, model = write_tiny_bundle(tmp_path, products=("left", "right")), tiny_graph(SIZE_PX, 20.0, BIAS)
    name, operator, inputs = change
    model.graph.initializer.append(numpy_helper.from_array(np.ones((3, 1), np.float32), "weights"))
    model.graph.node.append(helper.make_node(operator, inputs, [name]))
    model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    with pytest.raises(BundleError, match=expected):
        Scorer(resealed(bundle, model))


def test_a_logit_without_an_axis_of_photos_is_refused(tmp_path: Path) -> None:
    bundle, model = write_tiny_bundle(tmp_path), tiny_graph(SIZE_PX, 20.0, BIAS)
    model.graph.node[-4].output[0] = "of_each"
    model.graph.node.append(helper.make_node("ReduceSum", ["of_each"], ["logit"], keepdims=0))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("logit", TensorProto.FLOAT, None))
    with pytest.raises(BundleError, match=r"gives logit \[\] for one photo: expected \[1\]"):
        Scorer(resealed(bundle, model))


def test_a_graph_changed_since_the_bundle_was_read_is_refused(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    onnx.save(tiny_graph(SIZE_PX, 1.0, BIAS), tmp_path / "model.onnx")
    with pytest.raises(BundleChecksumMismatch):
        Scorer(bundle)


def test_a_graph_can_not_reach_for_files_beside_it(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    model = tiny_graph(SIZE_PX, 20.0, BIAS)
    onnx.save(model, tmp_path / "model.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    sealed = seal_bundle(tmp_path, bundle.metadata)
    with pytest.raises(BundleError, match=r"model\.onnx can't be loaded"):
        Scorer(sealed)


def test_a_provider_that_onnxruntime_has_never_heard_of_is_refused_and_the_nearest_named(bundle: Bundle) -> None:
    with pytest.raises(ConfigError, match=r"NoSuchProvider.*CPUExecutionProvider"):
        Scorer(bundle, providers=("NoSuchProvider",))
    with pytest.raises(ConfigError, match=r"did you mean CUDAExecutionProvider\?"):
        Scorer(bundle, providers=("cuda",))
    with pytest.raises(ConfigError, match=r"did you mean TensorrtExecutionProvider\?"):
        Scorer(bundle, providers=("TensorRTExecutionProvider",))
    with pytest.raises(ConfigError):
        Scorer(bundle, providers=())


def test_absent_providers_are_logged_in_one_line_and_the_cpu_serves(
    bundle: Bundle, caplog: pytest.LogCaptureFixture
) -> None:
    tiles = self_test_inputs(SIZE_PX)
    # Two that no build has together with CPU on this kind of machine, whichever onnxruntime is installed.
    scorer = Scorer(bundle, providers=("NnapiExecutionProvider", "CoreMLExecutionProvider"))
    assert scorer.providers == (CPU,)
    assert (scorer.score(tiles).logit == Scorer(bundle).score(tiles).logit).all()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "lacks NnapiExecutionProvider, CoreMLExecutionProvider; CPUExecutionProvider serves" in line


def test_the_graph_for_the_cpu_serves_where_the_cpu_stands_in(tmp_path: Path) -> None:
    both = write_tiny_bundle(tmp_path, int8_slope=20.0)
    assert Scorer(both, providers=("NnapiExecutionProvider",)).graph.precision == "int8"


def test_a_provider_that_is_there_is_used_before_the_cpu(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = next(name for name in onnxruntime.get_available_providers() if name != CPU)
    both = write_tiny_bundle(tmp_path, int8_slope=20.0)
    scorer = Scorer(both, providers=(other,))
    assert scorer.providers == (other, CPU)
    assert scorer.graph.precision == "fp32"
    assert Scorer(both, providers=(CPU, other)).graph.precision == "int8"
    assert caplog.records == []


def test_tiles_of_a_wrong_shape_are_the_callers_error(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match=r"failed on uint8 \[1, 8, 8, 3\]"):
        Scorer(bundle).score(np.zeros((1, 8, 8, 3), np.uint8))


def test_the_record_of_the_graph_in_use_is_known(bundle: Bundle) -> None:
    assert Scorer(bundle).graph == bundle.metadata.graphs[0]
    assert dataclasses.is_dataclass(Scorer(bundle).graph)


def test_importing_the_package_loads_neither_onnxruntime_nor_torch() -> None:
    code = "import sys, vision; sys.exit(any(name in sys.modules for name in ('onnxruntime', 'torch', 'PIL')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


LOAD = """
import sys
from pathlib import Path
from vision.bundle.bundle import read_bundle
from vision.inference.scorer import Scorer
scorer = Scorer(read_bundle(Path(sys.argv[1])))
print([int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")][0] // 1024)
"""


def test_loading_a_bundle_takes_no_more_memory_than_judging_one_photo(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path, size_px=1024)  # each of its maps takes 13 MB, and 101 MB for eight tiles at once
    loaded = subprocess.run([sys.executable, "-c", LOAD, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(loaded.stdout) < 300
