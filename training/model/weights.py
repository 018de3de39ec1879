"""A network's weights on disk: in every bundle, so that any run can start from another's."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load, save
from torch import Tensor

from training.errors import BackboneError
from training.model.ensemble import AnyNetwork
from training.model.heads import Head
from training.model.network import Network
from vision.bundle.bundle import read_bundle

WEIGHTS_FILE = "weights.safetensors"


def save_weights(network: AnyNetwork, folder: Path) -> None:
    """Write the network's weights into a bundle's folder, before it is sealed.

    Heads that keep photos are left out: no run could start from one, and they hold features of every fitted photo.
    """
    heads = [(name, module) for name, module in network.named_modules() if isinstance(module, Head)]
    left_out = tuple(f"{name}." for name, head in heads if head.keeps_photos)
    weights = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith(left_out)}
    state = {name: tensor.contiguous() for name, tensor in weights.items()}
    (folder / WEIGHTS_FILE).write_bytes(save(state))


def start_from(network: Network, bundle: Path) -> bool:
    """Load the weights of a bundle, of an ensemble its last member's, into a network; gives whether they have a head.

    A kernel head is not loaded: its support may not be in this run's data. Raises BackboneError where the weights do
    not fit, and BundleError for a broken bundle.
    """
    state = last_member(load(read_bundle(bundle).read_file(WEIGHTS_FILE)))
    own = network.state_dict()
    has_head = "head.linear.weight" in state
    wanted = own.keys() if has_head else [name for name in own if not name.startswith("head.")]
    wrong = sorted(name for name in wanted if name not in state or state[name].shape != own[name].shape)
    if wrong:
        raise BackboneError(
            f"model.init names {bundle}, whose weights do not fit: {wrong[0]} differs. Use the backbone and taps "
            "that it was trained with"
        )
    network.load_state_dict({name: state[name] for name in wanted}, strict=has_head)
    return has_head


def last_member(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights of an ensemble's last member; those of a single network as they are."""
    parts = sorted({name.split(".")[1] for name in state if name.startswith("parts.")}, key=int)
    if not parts:
        return state
    prefix = f"parts.{parts[-1]}."
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
