"""Runs a bundle's graph. The only file that uses onnxruntime, and that translates its errors."""

import difflib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as onnxruntime_errors

from vision.bundle.bundle import Bundle
from vision.bundle.metadata import GraphMetadata, Precision
from vision.bundle.self_test import self_test_inputs
from vision.errors import BundleError, ConfigError
from vision.inference.output_check import OPTIONAL_OUTPUTS, REQUIRED_OUTPUTS, check_outputs

CPU: Final = "CPUExecutionProvider"
SELF_TEST_TOLERANCE: Final = 0.02  # in authenticity
_INPUT: Final = "photos"
_SCORE_FIELDS: Final = frozenset({*REQUIRED_OUTPUTS, *OPTIONAL_OUTPUTS})
_FOREIGN_ERRORS: Final = (
    onnxruntime_errors.EPFail,
    onnxruntime_errors.Fail,
    onnxruntime_errors.InvalidArgument,
    onnxruntime_errors.InvalidGraph,
    onnxruntime_errors.InvalidProtobuf,
    onnxruntime_errors.NotImplemented,
    onnxruntime_errors.RuntimeException,
    RuntimeError,
    ValueError,
)

_ABSENT: Final = "providers: this onnxruntime lacks %s; %s serves. For a GPU install onnxruntime-gpu in its place."
_DEAD: Final = "providers: %s did not start on this machine, so %s serves; look at its device, driver and libraries."

# "/onnxruntime_src/…/model_load_utils.h:46 void onnxruntime::ValidateOpset(const T&, int) What is wrong"
_SOURCE: Final = re.compile(r"/\S+:\d+ (?:.*?\) (?=[A-Z]))?", re.DOTALL)

_log = logging.getLogger(__name__)

_Opened = tuple[GraphMetadata, onnxruntime.InferenceSession, int]  # and the size of an embedding


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The graph's outputs for N tiles.

    logit: float32 [N], positive means genuine. embedding: float32 [N, D] of unit length. evidence: float32 [N, H, W],
    each position's signed share of the logit. product_logit: float32 [N, P], how much the tile looks like each of the
    bundle's products. novelty: float32 [N], larger is less like genuine. foreground: float32 [N, H, W], 0 to 1, how
    much of each position shows the product. A graph may lack the last three: None.
    `together` counts the tiles of that run of the graph, those of other callers included.
    """

    logit: NDArray[np.float32]
    embedding: NDArray[np.float32]
    evidence: NDArray[np.float32]
    product_logit: NDArray[np.float32] | None
    novelty: NDArray[np.float32] | None
    foreground: NDArray[np.float32] | None
    together: int


class TileScorer(Protocol):
    """What a detector asks of its scorer; any number of threads may share one."""

    @property
    def graph(self) -> GraphMetadata:
        """The metadata of the graph in use."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers in use, the preferred one first."""

    @property
    def embedding_size(self) -> int:
        """How many values an embedding has."""

    def score(self, tiles: NDArray[np.uint8]) -> Scores:
        """The scores of tiles, uint8 [N, S, S, 3] RGB."""


class Scorer:
    """One session on a bundle's best graph for this processor, shared by all threads.

    On CPU the int8 graph is preferred where its self-test agrees, elsewhere fp32; `precision` asks for one of them
    and takes no other. Of `providers` those that are absent are left out, with a log line; CPU takes their place.
    `threads` is per call: one by default, since a server runs one call per core. Raises BundleError when no graph
    answers as it was sealed, and ConfigError for a precision that the bundle lacks or an unknown provider.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        providers: Sequence[str] = (CPU,),
        threads: int = 1,
        precision: Precision | None = None,
    ) -> None:
        usable = _usable_providers(providers)
        self.graph, self._session, self.embedding_size = _open(bundle, usable, threads, precision)
        if usable[0] != CPU and self.providers == (CPU,):  # in this build, but not on this machine: no device or driver
            _log.warning(_DEAD, usable[0], CPU)
            self.graph, self._session, self.embedding_size = _open(bundle, (CPU,), threads, precision)
        self._outputs = _known_outputs(self._session)

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers in use, the preferred one first."""
        return tuple(self._session.get_providers())

    def score(self, tiles: NDArray[np.uint8]) -> Scores:
        """Judges tiles, uint8 [N, S, S, 3] RGB; any number of threads may call it at once."""
        values = dict(zip(self._outputs, _run(self._session, self._outputs, tiles), strict=True))
        return Scores(
            logit=values["logit"],
            embedding=values["embedding"],
            evidence=values["evidence"],
            product_logit=values.get("product_logit"),
            novelty=values.get("novelty"),
            foreground=values.get("foreground"),
            together=len(tiles),
        )


def _open(bundle: Bundle, providers: Sequence[str], threads: int, precision: Precision | None) -> _Opened:
    graphs = _choose_graphs(bundle, precision or ("int8" if providers[0] == CPU else "fp32"), precision)
    return _open_first_sound(bundle, graphs, providers, threads)


def _choose_graphs(bundle: Bundle, preferred: Precision, asked: Precision | None) -> list[GraphMetadata]:
    """The graphs that may serve, the preferred one first."""
    graphs = sorted(bundle.metadata.graphs, key=lambda graph: graph.precision != preferred)
    chosen = [graph for graph in graphs if asked in (None, graph.precision)]
    if not chosen:
        raise ConfigError(f"{bundle.folder} has no {asked} graph: ask for {graphs[0].precision}, or for none.")
    return chosen


def _open_first_sound(
    bundle: Bundle, graphs: Sequence[GraphMetadata], providers: Sequence[str], threads: int
) -> _Opened:
    for graph in graphs:
        session = _open_session(bundle, graph, providers, threads)
        embedding_size = _check_first_tile(session, graph, bundle)
        difference = _self_test(session, graph, bundle.metadata.geometry.size_px)
        if difference <= SELF_TEST_TOLERANCE:
            return graph, session, embedding_size
        if graph.precision == "fp32" or len(graphs) == 1:
            break
        _log.warning(
            "%s: the self-test of %s differs by %.3f in authenticity on this processor (at most %.2f): fp32 serves",
            bundle.folder,
            graph.file,
            difference,
            SELF_TEST_TOLERANCE,
        )
    raise BundleError(
        f"{bundle.folder / graph.file} answers its self-test {difference:.3f} off in authenticity (at most "
        f"{SELF_TEST_TOLERANCE}): export the bundle again, or serve it with another provider."
    )


def _open_session(
    bundle: Bundle, graph: GraphMetadata, providers: Sequence[str], threads: int
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    data = bundle.read_file(
        graph.file
    )  # bytes, not the path: the very bytes that were checked, and nothing beside them
    try:
        session = onnxruntime.InferenceSession(data, options, providers=list(providers))
    except _FOREIGN_ERRORS as error:
        raise BundleError(
            f"{bundle.folder / graph.file} can't be loaded by this onnxruntime ({_without_source(error)}): "
            "export the bundle again."
        ) from error
    _check_signature(session, graph, bundle.metadata.geometry.size_px)
    return session


def _check_signature(session: onnxruntime.InferenceSession, graph: GraphMetadata, size_px: int) -> None:
    inputs = [(entry.name, entry.type, list(entry.shape[1:])) for entry in session.get_inputs()]
    if inputs != [(_INPUT, "tensor(uint8)", [size_px, size_px, 3])]:
        raise BundleError(f"{graph.file} takes {inputs}: expected uint8 {_INPUT} [N, {size_px}, {size_px}, 3].")
    missing = set(REQUIRED_OUTPUTS) - {output.name for output in session.get_outputs()}
    if missing:
        raise BundleError(f"{graph.file} lacks the outputs {', '.join(sorted(missing))}: export the bundle again.")


def _check_first_tile(session: onnxruntime.InferenceSession, graph: GraphMetadata, bundle: Bundle) -> int:
    """The size of an embedding, after one tile was run whose outputs were checked."""
    names = _known_outputs(session)
    tile = self_test_inputs(bundle.metadata.geometry.size_px)[:1]
    values = dict(zip(names, _run(session, names, tile), strict=True))
    check_outputs(values, graph, bundle.metadata)
    return int(values["embedding"].shape[1])


def _known_outputs(session: onnxruntime.InferenceSession) -> list[str]:
    return [output.name for output in session.get_outputs() if output.name in _SCORE_FIELDS]


def _self_test(session: onnxruntime.InferenceSession, graph: GraphMetadata, size_px: int) -> float:
    """The largest difference in authenticity from the sealed self-test; infinite if an answer is no number.

    One tile at a time, as photos come: what eight at once take is never given back, 400 MB at 448 px.
    """
    logits = [float(_run(session, ["logit"], tile[None])[0][0]) for tile in self_test_inputs(size_px)]
    authenticity = graph.photo_calibration.authenticity
    pairs = zip(logits, graph.self_test_logits, strict=True)
    differences = [abs(authenticity(got) - authenticity(expected)) for got, expected in pairs]
    return max(difference if np.isfinite(difference) else float("inf") for difference in differences)


def _run(
    session: onnxruntime.InferenceSession, outputs: list[str], tiles: NDArray[np.uint8]
) -> list[NDArray[np.float32]]:
    try:
        return cast(list[NDArray[np.float32]], session.run(outputs, {_INPUT: tiles}))
    except _FOREIGN_ERRORS as error:
        raise BundleError(f"the graph failed on {tiles.dtype} {list(tiles.shape)}: {_without_source(error)}") from error


def _without_source(error: Exception) -> str:
    """The message of onnxruntime, without the line of its own source that often begins it; at most 200 characters."""
    return _SOURCE.sub("", str(error))[:200]


def _usable_providers(asked: Sequence[str]) -> tuple[str, ...]:
    """Those of the asked providers that this onnxruntime has, and CPU, which runs what the others can't.

    An absent one is only logged: a slower server is worth more than none. A name that onnxruntime doesn't know is a
    mistake in the settings, and refused.
    """
    if not asked:
        raise ConfigError(f"providers: names none; set {CPU}, or leave it out")
    known = onnxruntime.get_all_providers()
    for name in asked:
        if name not in known:
            near = [one for one in known if one.lower().startswith(name.lower())]
            near += difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(known)}"
            raise ConfigError(f"providers: onnxruntime knows no {name!r}; {hint}")
    available = onnxruntime.get_available_providers()
    usable = (*(name for name in asked if name in available), *(() if CPU in asked else (CPU,)))
    missing = [name for name in asked if name not in available]
    if missing:
        _log.warning(_ABSENT, ", ".join(missing), usable[0])
    return usable
