"""A training run of a language model: what is loaded, saved, restored and offered."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from arena_llm.missing import need
from arena_llm.models import Head, LanguageModel, load, save
from arena_llm.tiny import make_tiny

from arena import TrainingRun, TrainingState, derive
from arena_align.players import prompter_of
from arena_align.quiet import quiet


class Course:
    """One run: the model that is trained, its optimiser, and what goes between run and model.

    policy        the name of a checkpoint, a folder, or a model of the hub; "" makes a small model
                  for the game's notation
    head          what it ends in; a "score" head is new unless the model has one
    template      of the prompts; "" for the model's own
    decay         of the weights, for AdamW
    texts         what a small model that is made must be able to read, beside the game's prompts
    lora          the rank of LoRA's matrices if only these are to be trained; 0 for all weights
    """

    def __init__(
        self, run: TrainingRun, policy: str, rate: float, head: Head = "words", template: str = "",
        lora: int = 0, decay: float = 0.0, texts: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.run = run
        self._began: float | None = time.perf_counter()
        self.kept = TemporaryDirectory()
        self.source = str(self._source(policy, template, texts))
        self.language = self.read(head)
        if lora:
            self.language = replace(
                self.language, model=adapted(self.language.model, lora, run.seed)
            )
        self.prompter = prompter_of(self.language, template)
        self.model = self.language.model
        self.optimiser = torch.optim.AdamW(
            [p for p in self.model.parameters() if p.requires_grad], lr=rate, weight_decay=decay
        )
        self.rate, self.head = rate, head

    def _source(self, policy: str, template: str, texts: Sequence[str]) -> str | Path:
        if not policy:
            place, seed = Path(self.kept.name) / "tiny", derive(self.run.seed, "tiny")
            with quiet():
                return make_tiny(self.run.make, seed, place, template or "moves", texts=texts)
        return located(self.run, policy)

    def read(self, head: Head = "words") -> LanguageModel:
        """Return the model that the run begins with, read anew."""
        with torch.random.fork_rng(devices=[]), quiet():
            torch.manual_seed(derive(self.run.seed, "head"))
            return load(self.source, self.run.device, head, fresh=head == "score", dtype="float32")

    @property
    def player(self) -> LanguageModel:
        """Return the model as one that plays; a scalar head cannot, so what it is made from."""
        return self.language if self.head == "words" else self.read("words")

    def prepared(self) -> None:
        """Book the time until now, since the course was made, as preparation; once."""
        if self._began is not None:
            self.run.spent(preparation=time.perf_counter() - self._began)
            self._began = None

    def batches(self, size: float) -> int:
        """Return how many batches of a size the whole run comes to."""
        return math.ceil(self.run.steps / size)

    def factor(self, done: int, total: int, warmup: float = 0.05) -> float:
        """Return what the learning rate is multiplied by: it rises, and falls to a tenth."""
        share = done / max(1, total)
        return min(share / warmup if warmup else 1.0, 1.0) * (1.0 - 0.9 * min(share, 1.0)) or 0.01

    def state(self) -> dict[str, Any]:
        """Return the model's weights and the optimiser's state as arrays."""
        return {**model_arrays(self.model), **optimiser_arrays(self.optimiser)}

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Go on with what `state` returned."""
        restore_model(self.model, arrays)
        restore_optimiser(self.optimiser, arrays)

    def save(self, values: Mapping[str, Any], more: Callable[[], Mapping[str, Any]] = dict) -> None:
        """Save where the run is, if it is time to, with `more` arrays."""
        self.run.save(lambda: TrainingState(values, {**self.state(), **more()}))

    def offer(self, parameters: Mapping[str, Any] | None = None, **metrics: float) -> None:
        """Offer the model as it is."""
        self.run.offer(self.write, parameters, metrics)

    def write(self, folder: Path) -> None:
        """Write the model, its tokenizer and its prompt template to a folder."""
        model = self.model
        if hasattr(model, "merge_and_unload"):
            model = copy.deepcopy(model).merge_and_unload()
        with quiet():
            save(model, self.language.tokenizer, folder, self.prompter.template.source)

    def close(self) -> None:
        """Let go of what was kept on the way."""
        self.kept.cleanup()


def adapted(model: Any, rank: int, seed: int) -> Any:
    """Return a model of which only LoRA's matrices of this rank are trained (Hu et al., 2021)."""
    peft = need("peft")
    linear = any(type(module).__name__ == "Conv1D" for module in model.modules())
    config = peft.LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.0, task_type="CAUSAL_LM", fan_in_fan_out=linear
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "lora"))
        return peft.get_peft_model(model, config)


def located(run: TrainingRun, name: str) -> str | Path:
    """Return the folder of a checkpoint of this name; else the name, for a folder or the hub."""
    if "/" not in name and (found := run.checkpoint(name)) is not None:
        return Path(found.folder)
    return name


def model_arrays(model: torch.nn.Module) -> dict[str, Any]:
    """Return a module's parameters and buffers, as float32 or whole numbers."""
    return {f"model.{name}": _array(value) for name, value in model.state_dict().items()}


def restore_model(model: torch.nn.Module, arrays: Mapping[str, Any]) -> None:
    """Put back what `model_arrays` returned."""
    weights = {name[6:]: torch.as_tensor(a) for name, a in arrays.items() if name[:6] == "model."}
    model.load_state_dict(weights)


def optimiser_arrays(optimiser: torch.optim.Optimizer) -> dict[str, Any]:
    """Return the state that an optimiser keeps of each parameter."""
    state = optimiser.state_dict()["state"]
    return {
        f"optimiser.{index}.{key}": _array(value)
        for index, of_one in state.items()
        for key, value in of_one.items()
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, arrays: Mapping[str, Any]) -> None:
    """Put back what `optimiser_arrays` returned."""
    kept = optimiser.state_dict()
    kept["state"] = {}
    for name, array in arrays.items():
        kind, _, rest = name.partition(".")
        if kind == "optimiser":
            index, _, key = rest.partition(".")
            kept["state"].setdefault(int(index), {})[key] = torch.as_tensor(array)
    optimiser.load_state_dict(kept)


def _array(value: Any) -> Any:
    if not isinstance(value, torch.Tensor):
        return np.asarray(value)
    value = value.detach().cpu()
    return value.float().numpy().copy() if value.is_floating_point() else value.numpy().copy()
