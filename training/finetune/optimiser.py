"""What is trained and how fast: frozen stages, AdamW's parameter groups, and the learning rate of a step."""

from collections.abc import Iterator

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import AdamW

from training.errors import TrainingError
from training.finetune.config import FinetuneConfig
from training.finetune.schedule import lr_share
from training.model.network import Network


def freeze_stages(network: Network, count: int) -> None:
    """Freeze the first `count` stages and the foreground head: no gradient is computed or stored for them."""
    stages = network.stages
    if count > len(stages):
        raise TrainingError(f"finetune.freeze_stages is {count}, but this backbone has {len(stages)} stages")
    for module in (module for stage in stages[:count] for module in stage):
        module.requires_grad_(False)
    if network.foreground_head is not None:  # labels don't teach it, and processes wait for every gradient they expect
        network.foreground_head.requires_grad_(False)


def set_training_mode(network: nn.Module, *, freeze_norm: bool) -> None:
    """Training mode for what is trained; what is frozen keeps its statistics and has no dropout."""
    network.train()
    for module in network.modules():
        parameters = list(module.parameters())
        is_frozen = bool(parameters) and not any(p.requires_grad for p in parameters)
        if is_frozen or (freeze_norm and isinstance(module, _BatchNorm)):
            module.eval()


def build_optimiser(network: Network, config: FinetuneConfig) -> AdamW:
    """AdamW with one learning rate for the head and one for the body; vectors (norms, biases) have no weight decay."""
    in_head = {id(parameter) for parameter in network.head.parameters()}
    groups = []
    for of_head, highest_lr in ((False, config.lr_body), (True, config.lr_head)):
        for is_vector, weight_decay in ((False, config.weight_decay), (True, 0.0)):
            parameters = [
                parameter
                for parameter in _trained(network)
                if (id(parameter) in in_head) == of_head and (parameter.ndim < 2) == is_vector
            ]
            if parameters:
                # the name stands in every checkpoint: AdamW writes its groups into its state
                groups.append({"params": parameters, "weight_decay": weight_decay, "highest_lr": highest_lr})
    return AdamW(groups, fused=True)


def set_learning_rate(optimiser: AdamW, step: int, *, steps: int, config: FinetuneConfig) -> None:
    """Give every group its learning rate of this step, 0 to `steps` - 1."""
    share = lr_share(step, steps=steps, warmup_share=config.warmup_share)
    for group in optimiser.param_groups:
        group["lr"] = share * group["highest_lr"]


def _trained(network: nn.Module) -> Iterator[nn.Parameter]:
    return (parameter for parameter in network.parameters() if parameter.requires_grad)
