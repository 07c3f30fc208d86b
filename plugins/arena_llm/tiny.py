"""A language model of a hundred thousand weights, made in a second for one game's notation.

It is no model of a language: a GPT-2 of two layers, untrained, whose words are the moves of a game.
It shows that everything runs, learns in a minute, and is made by this script wherever it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from arena import Agent, Environment, Match, derive, make_environment, play
from arena_llm.cleaning import Cleaner
from arena_llm.missing import need
from arena_llm.models import save
from arena_llm.prompts import continuation, labels_of, read_template

PAD, BOS, EOS, UNKNOWN = "<pad>", "<bos>", "<eos>", "<unk>"
SPECIAL = (PAD, BOS, EOS, UNKNOWN)


def make_tiny(
    environment: str | Callable[[], Environment],
    seed: int,
    folder: str | Path,
    template: str = "moves",
    games: int = 200,
    width: int = 64,
    layers: int = 2,
    heads: int = 4,
    texts: Iterable[str] = (),
) -> Path:
    """Make an untrained model for a game, and save it to `folder`; return that.

    Its words are those of the prompts (by `template`) and labels met in `games` random matches,
    and of `texts`. The weights are drawn from `seed`, and torch's generator is left as it was.
    """
    make = environment if callable(environment) else lambda: make_environment(environment)
    reader = Reader(template)
    seats = len(make().spec.seats)
    matches = [
        Match(n, (0,) * seats, derive(seed, "match", n), derive(seed, "deal", n))
        for n in range(games)
    ]
    for _ in play(make, [reader], matches):
        pass
    read = [*reader.texts, *texts]
    words = sorted({word for text in read for word in text.split()})
    longest = max([len(text.split()) for text in read], default=0)
    tokenizer = word_tokenizer(words)
    model = tiny_gpt2(tokenizer, seed, longest + 16, width, layers, heads)
    save(model, tokenizer, folder, reader.template.source)
    return Path(folder)


class Reader(Agent):
    """Plays at random, and remembers every prompt with every legal reply to it."""

    def __init__(self, template: str) -> None:
        self.template, self.clean = read_template(template), Cleaner(SPECIAL)
        self.texts: dict[str, None] = {}

    def act(self, observation: Any) -> Any:
        """Return a random legal action."""
        prompt = self.template.render(observation, self.clean)
        actions, labels = labels_of(observation, self.clean)
        self.texts.update(dict.fromkeys(prompt + continuation(prompt, each) for each in labels))
        if not actions:
            self.texts[prompt] = None
            return observation.action_space.sample()
        return actions[int(observation.u * len(actions))]


def word_tokenizer(words: Sequence[str]) -> Any:
    """Return a tokenizer whose tokens are whole words, parted by white space."""
    need("tokenizers")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    every = [*SPECIAL, *(word for word in words if word not in SPECIAL)]
    ids = {word: number for number, word in enumerate(every)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, ids[BOS])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=EOS, pad_token=PAD, unk_token=UNKNOWN
    )


def tiny_gpt2(
    tokenizer: Any, seed: int, positions: int, width: int = 64, layers: int = 2, heads: int = 4
) -> Any:
    """Return an untrained GPT-2 for a tokenizer, its weights drawn from `seed`, without dropout."""
    transformers = need("transformers")
    import torch

    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_positions=positions, n_embd=width, n_layer=layers,
        n_head=heads, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        activation_function="gelu_pytorch_tanh",  # GPT-2's own, by one kernel instead of eight
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "weights"))
        return transformers.GPT2LMHeadModel(config).eval()
