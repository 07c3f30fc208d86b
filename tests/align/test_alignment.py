"""What the stages come to at tic_tac_toe, from a small model made here: minutes of training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arena_align.losses import accuracy
from arena_align.rows import Pair, write_rows
from arena_align.tokens import answered
from arena_llm.agents import Llm
from arena_llm.models import load, save
from arena_llm.scoring import text_scores
from arena_llm.tiny import tiny_gpt2, word_tokenizer

from arena import Match, derive, make_environment, play
from arena.records import Checkpoint, Ref
from arena.specs import parse
from arena.training import Order, train
from arena.workspace import Workspace
from tests.align.exact import losses


def make() -> Any:
    return make_environment("tic_tac_toe")


def trained(home: Path, spec: str, name: str, steps: int | None = None) -> Checkpoint:
    workspace = Workspace.open(home=str(home))
    order = Order(parse(spec), Ref("tic_tac_toe"), name, steps, 1)
    return train(workspace, order, "cpu")


def test_a_reward_model_learns_preferences_of_known_structure(tmp_path: Path) -> None:
    """More of one word than of another is better; nine pairs of ten it never saw are ranked so."""
    words = ["red", "green", "blue", "grey", "white", "black"]
    model, tokenizer = _worded(words)
    save(model, tokenizer, tmp_path / "base")
    luck = np.random.default_rng(1)

    def pair() -> Pair:
        while True:
            said = [luck.choice(words, size=5).tolist() for _ in range(2)]
            worth = [answer.count("red") - answer.count("blue") for answer in said]
            if worth[0] != worth[1]:
                better, worse = (said[index] for index in np.argsort(worth)[::-1])
                return Pair(" ".join(luck.choice(words, size=3)), " ".join(better), " ".join(worse))

    with (tmp_path / "pairs.jsonl").open("w") as file:
        write_rows([pair() for _ in range(2_000)], file)
    spec = f"reward_model:policy={tmp_path / 'base'},pairs={tmp_path / 'pairs.jsonl'},held_out=0"
    made = load(trained(tmp_path, spec, "reward", 6_000).folder, "cpu", "score")
    fresh = [pair() for _ in range(500)]
    sides = [
        text_scores(made, answered(made.tokenizer, [p.prompt for p in fresh], replies))
        for replies in ([p.chosen for p in fresh], [p.rejected for p in fresh])
    ]
    assert accuracy(*sides) >= 0.9


def _worded(words: list[str]) -> tuple[Any, Any]:
    tokenizer = word_tokenizer(words)
    return tiny_gpt2(tokenizer, 1, 32, width=32), tokenizer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a home with the stage `sft` and the reward model of it."""
    place = tmp_path_factory.mktemp("home")
    trained(place, "sft:teacher=minimax,opponents=random", "sft")
    yield place


def lost_by_the_odds(folder: str, matches: int = 3_000) -> float:
    """Return the share of matches lost to random play, from both seats, playing by the odds."""
    from arena import make_agent

    agents = [Llm(folder, temperature=1.0), make_agent("random", make().spec)]
    seats = [(0, 1), (1, 0)]
    asked = [Match(n, seats[n % 2], derive(5, n), n) for n in range(matches)]
    played = play(make, agents, asked)
    return sum(e.returns[e.match.seats.index(0)] < 0 for e in played) / matches


@pytest.mark.slow
def test_sft_loses_less_than_a_tenth_to_random(home: Path) -> None:
    assert max(losses(load(home / "checkpoints" / "sft", "cpu"), make)) < 0.1


@pytest.mark.slow
def test_dpo_loses_less_than_a_twentieth_to_random(home: Path) -> None:
    made = trained(home, "dpo:policy=sft", "dpo")
    assert max(losses(load(made.folder, "cpu"), make)) < 0.05
    told = made.meta["metrics"]
    assert told["worse_seen"] < 0.75 * told["worse_before_seen"]
    assert told["kl"] < 2.0


@pytest.mark.slow
def test_ppo_on_a_reward_model_loses_a_quarter_less_by_the_odds(home: Path) -> None:
    told = trained(home, "reward_model:policy=sft", "reward").meta["metrics"]
    assert told["accuracy_seen"] > 0.9
    made = trained(home, "rlhf_ppo:policy=sft,reward=reward", "rlhf")
    before = lost_by_the_odds(str(home / "checkpoints" / "sft"))
    assert lost_by_the_odds(made.folder) < 0.75 * before
    assert made.meta["metrics"]["kl"] < 2.0
