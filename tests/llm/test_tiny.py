"""The tiny model: made from a game by a seed, with words for all that the game can say."""

from __future__ import annotations

from pathlib import Path

from arena_llm.models import load
from arena_llm.tiny import SPECIAL, make_tiny


def test_its_words_are_the_games_moves(tiny: Path) -> None:
    words = set(load(tiny).tokenizer.get_vocab()) - set(SPECIAL)
    assert words == {f"{m}({r},{c})" for m in "xo" for r in range(3) for c in range(3)}


def test_it_is_two_layers_of_sixty_four(tiny: Path) -> None:
    model = load(tiny).model
    assert (model.config.n_layer, model.config.n_embd) == (2, 64)
    assert sum(weight.numel() for weight in model.parameters()) < 120_000


def test_a_seed_decides_the_weights_and_leaves_torchs_generator(tmp_path: Path, tiny: Path) -> None:
    import torch

    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    same = load(make_tiny("tic_tac_toe", 1, tmp_path / "same")).model.state_dict()
    assert torch.equal(before, torch.random.get_rng_state())
    other = load(make_tiny("tic_tac_toe", 2, tmp_path / "other")).model.state_dict()
    name = "transformer.h.0.attn.c_attn.weight"
    assert torch.equal(same[name], load(tiny).model.state_dict()[name])
    assert not torch.equal(same[name], other[name])


def test_it_has_words_for_a_hidden_game_too(tmp_path: Path) -> None:
    made = load(make_tiny("kuhn_poker", 1, tmp_path / "kuhn", template="board", games=50))
    unknown = made.tokenizer.unk_token_id
    assert unknown not in made.tokenizer("You play openspiel/kuhn_poker in Pass").input_ids
