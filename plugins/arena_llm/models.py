"""Reading and writing language models: a folder of safetensors and JSON, nothing that runs code.

A folder is read from this machine alone. Only a name like `owner/model` that is no folder here is
fetched from the hub. Code that comes with a model is never run, and there is no flag for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from arena import BadParameter
from arena_llm.missing import need

Head = Literal["words", "score"]
PROMPT_FILE = "prompt.json"
"""The prompt template that a model was trained with, where its folder has one: as `template`."""
_OLD_PROMPT_FILE = "prompt.jinja"
"""Where it was kept at first, as bare text; still read."""
_UNSAFE = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A model in evaluation mode, with its tokenizer, on a device.

    `folder` is where it was read from, None for one of the hub or in the making.
    """

    model: Any
    tokenizer: Any
    device: str
    folder: Path | None = None

    @property
    def positions(self) -> int:
        """How many tokens it can read at most."""
        config = self.model.config
        return int(getattr(config, "max_position_embeddings", None) or 1 << 20)

    @property
    def template(self) -> str | None:
        """The text of the prompt template that the model brings, None if it brings none."""
        return None if self.folder is None else template_in(self.folder)


def load(
    model: str | Path,
    device: str = "auto",
    head: Head = "words",
    fresh: bool = False,
    dtype: str = "auto",
) -> LanguageModel:
    """Read a model and its tokenizer from a folder, or from the hub if it is named `owner/name`.

    `head` is what it ends in: "words" (a causal language model) or "score" (one number a text, a
    reward model). `fresh` makes a new scalar head on a causal model, drawn from torch's generator,
    for training. `dtype` is torch's name of a type, or "auto" for the one it was saved in.
    Raises `BadParameter` if there is no such model, or none that can be read without running code.
    """
    # a tokenizer's threads take longer to begin than a batch of prompts, and do not survive a fork
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    transformers = need("transformers")
    transformers.utils.logging.disable_progress_bar()
    where, local = _place(model)
    options = {"trust_remote_code": False, "local_files_only": local}
    if head == "score" and not fresh:
        _check_head(where, local)
    kinds = {"words": "AutoModelForCausalLM", "score": "AutoModelForSequenceClassification"}
    extra: dict[str, Any] = {"num_labels": 1} if head == "score" else {}
    try:
        made = getattr(transformers, kinds[head]).from_pretrained(
            where, use_safetensors=True, dtype=dtype, **options, **extra
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(where, **options)
    except (OSError, ValueError, ImportError) as error:
        reason = " ".join(str(error).split())[:300]
        raise BadParameter(f"model {str(model)!r} cannot be read: {reason}") from error
    complete_tokens(tokenizer, made)
    place = chosen_device(device)
    return LanguageModel(made.to(place).eval(), tokenizer, place, Path(where) if local else None)


def template_in(folder: str | Path) -> str | None:
    """Return the text of the prompt template that a model's folder brings, None if it brings none.

    Raises `BadParameter` if its file is no JSON object with a string `template`.
    """
    file, old = Path(folder) / PROMPT_FILE, Path(folder) / _OLD_PROMPT_FILE
    if not file.is_file():
        return old.read_text(encoding="utf-8") if old.is_file() else None
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadParameter(f"{file} is no JSON: {error}") from error
    text = told.get("template") if isinstance(told, dict) else None
    if not isinstance(text, str):
        raise BadParameter(f'{file} holds no prompt template; write {{"template": "..."}} there')
    return text


def save(model: Any, tokenizer: Any, folder: str | Path, template: str | None = None) -> None:
    """Write a model and its tokenizer, and the prompt template it learnt with, to a folder.

    `template` is the text of a prompt template, kept in `prompt.json`: whoever loads the model
    asks it by that. The folder holds safetensors and JSON alone.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    if template is not None:
        kept = json.dumps({"template": template}, ensure_ascii=False, indent=2)
        (folder / PROMPT_FILE).write_text(kept + "\n", encoding="utf-8")


def complete_tokens(tokenizer: Any, model: Any) -> None:
    """Give a tokenizer without a padding token its end token for that, and tell the model."""
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.bos_token
    model.config.pad_token_id = tokenizer.pad_token_id


def chosen_device(device: str) -> str:
    """Return the device that "auto" means here: a CUDA one if there is one."""
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return device


def _place(model: str | Path) -> tuple[str, bool]:
    """Return where to read a model from, and whether that is a folder. Raises `BadParameter`."""
    path = Path(model).expanduser()
    if path.is_dir():
        names = [file.name for file in path.iterdir()]
        if not any(name.endswith(".safetensors") for name in names):
            unsafe = [name for name in names if name.endswith(_UNSAFE)]
            why = f" but {unsafe[0]}, which can run code; save it as safetensors" if unsafe else ""
            raise BadParameter(f"model {str(model)!r}: the folder holds no safetensors file{why}")
        return str(path), True
    text = str(model)
    if text.count("/") == 1 and text[0] not in "./~" and not path.parent.is_dir():
        return text, False
    raise BadParameter(
        f"model {text!r} is no folder here; name one, or owner/name for a model of the hub"
    )


def _check_head(where: str, local: bool) -> None:
    """Raise `BadParameter` if a folder's model has no scalar head."""
    if not local:
        return
    told: Mapping[str, Any] = json.loads((Path(where) / "config.json").read_text(encoding="utf-8"))
    kinds = told.get("architectures") or [""]
    if not kinds[0].endswith("ForSequenceClassification"):
        raise BadParameter(
            f"model {where!r} is a {kinds[0] or 'model'} without a scalar head, not a reward "
            "model; train one (arena train reward_model)"
        )
