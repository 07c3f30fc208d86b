"""Every trainer keeps what all trainers owe, and learns what it is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from arena_align.rows import Example, Pair, write_rows
from arena_align.tokens import example_rows, given, given_judged, judged_rows, preferred_rows
from arena_llm.models import LanguageModel, load, save
from arena_llm.tiny import make_tiny

from arena import Match, make_environment, make_scorer, play
from arena.errors import BadParameter, Unsuitable, UsageError
from arena.lookup import Player, find_player, make_agent
from arena.records import Ref
from arena.specs import parse
from arena.testing import check_trainer
from arena.training import Order, train
from arena.training_run import LiveRun
from arena.workspace import Workspace


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with `policy` and `reward`, untrained."""
    place = tmp_path_factory.mktemp("models")
    make_tiny(lambda: make_environment("tic_tac_toe"), 1, place / "policy", games=60, width=16)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = load(place / "policy", "cpu", "score", fresh=True)
    save(made.model, made.tokenizer, place / "reward", made.template)
    return place


SMALL = "matches=12,batch=16"
SPECS = {
    "tiny_lm": "tiny_lm:width=16",
    "sft": f"sft:policy={{policy}},teacher=minimax,opponents=random,{SMALL}",
    "reward_model": f"reward_model:policy={{policy}},values=random,{SMALL}",
    "dpo": f"dpo:policy={{policy}},values=random,{SMALL}",
    "kto": f"kto:policy={{policy}},values=random,{SMALL}",
    "grpo": "grpo:policy={policy},matches=12,batch=4,generations=4,values=",
    "rloo": "rloo:policy={policy},reward={reward},matches=12,batch=4,generations=4,values=",
    "rlhf_ppo": "rlhf_ppo:policy={policy},reward={reward},matches=12,batch=16,values=",
    "lora": "rlhf_ppo:policy={policy},reward={reward},matches=12,batch=16,lora=2,values=",
}


MADE = ("tiny_lm",)
"""What is made and not trained."""
LONG = ("kto", "rloo", "lora")
"""What differs little from those that are held to it in every run."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in SPECS]
)
def test_it_keeps_what_trainers_owe(name: str, models: Path) -> None:
    spec = SPECS[name].format(policy=models / "policy", reward=models / "reward")
    report = check_trainer(spec, "tic_tac_toe", steps=1 if name in MADE else 64)
    assert set(report.skipped) <= ({"resume"} if name in MADE else set())


def trained(tmp_path: Path, spec: str, steps: int = 64, name: str = "made") -> dict[str, float]:
    workspace = Workspace.open(home=str(tmp_path))
    order = Order(parse(spec), Ref("tic_tac_toe"), name, steps)
    return dict(train(workspace, order, "cpu").meta["metrics"])


def test_a_checkpoint_is_built_on_by_its_name(tmp_path: Path, models: Path) -> None:
    trained(tmp_path, f"sft:policy={models / 'policy'},teacher=minimax,{SMALL}", name="first")
    told = trained(tmp_path, f"dpo:policy=first,values=minimax,{SMALL}", name="second")
    assert 0 <= told["worse_before_seen"] <= 1 and told["kl"] >= 0
    first, second = (load(tmp_path / "checkpoints" / name, "cpu") for name in ("first", "second"))
    assert first.tokenizer.get_vocab() == second.tokenizer.get_vocab()
    apart = [
        float((a - b).abs().max())
        for a, b in zip(first.model.parameters(), second.model.parameters())
    ]
    assert max(apart) > 0


def test_a_checkpoint_plays_as_llm_and_is_ranked_by_another(tmp_path: Path, models: Path) -> None:
    """By its name, and by `best_of` with a reward model's name; whose content counts as well."""
    policy = models / "policy"
    trained(tmp_path, f"sft:policy={policy},teacher=minimax,{SMALL}", name="talks")
    trained(tmp_path, f"reward_model:policy={policy},values=random,{SMALL}", name="judges")
    workspace = Workspace.open(home=str(tmp_path))

    def player(spec: str) -> Player:
        return find_player(workspace.registry, workspace.home, parse(spec))

    scorer = 'method=best_of,scorer="reward_model:model=judges"'
    alone, ranked = player("talks"), player(f"talks:{scorer}")
    assert alone.ref.name == ranked.ref.name == "llm" and alone.digest != ranked.digest
    assert player(f"llm:model=talks,{scorer}").ref == ranked.ref
    assert ranked.parameters["scorer"] == "reward_model:model=judges"
    agents = [make_agent(workspace.registry, workspace.home, p.ref, "cpu") for p in (alone, ranked)]
    (episode,) = play(lambda: make_environment("tic_tac_toe"), agents, [Match(0, (0, 1), 1, 2)])
    assert not episode.faults and (episode.columns or {})["prompt"][0] == (0, "")
    judge = make_scorer("reward_model:model=judges", workspace)
    assert len(judge.score([""], ["x(0,0)"])) == 1
    trained(tmp_path, f"reward_model:policy={policy},values=minimax,{SMALL}", name="judges")
    assert player(f"talks:{scorer}").digest not in (ranked.digest, alone.digest)


def test_what_comes_before_learning_is_booked_apart(tmp_path: Path, models: Path) -> None:
    spec = f"sft:policy={models / 'policy'},teacher=minimax,{SMALL}"
    order = Order(parse(spec), Ref("tic_tac_toe"), "made", 64)
    shares = train(Workspace.open(home=str(tmp_path)), order, "cpu").meta["shares"]
    assert shares["preparation"] > 0 and shares["learning"] > 0
    assert shares["games"] < 0.5


def test_the_bound_on_divergence_holds(tmp_path: Path, models: Path) -> None:
    spec = f"dpo:policy={models / 'policy'},values=minimax,{SMALL},learning_rate=0.05,max_kl=0.001"
    assert trained(tmp_path, spec, 640)["kl"] <= 0.001


def test_rows_of_files_are_learnt(tmp_path: Path, models: Path) -> None:
    """A model comes to prefer what it is told to, without a match being played."""
    pairs, examples = tmp_path / "pairs.jsonl", tmp_path / "examples.jsonl"
    labels = ["x(0,0)", "x(1,1)"]
    with pairs.open("w") as file:
        write_rows([Pair("", *labels)] * 8, file)
    with examples.open("w") as file:
        write_rows([Example("", labels[0])] * 8, file)
    policy = models / "policy"
    for trainer, data in (("dpo:pairs", pairs), ("kto:pairs", pairs), ("sft:data", examples)):
        spec = f"{trainer}={data},policy={policy},batch=8,held_out=0,learning_rate=0.01"
        trained(tmp_path, spec, 64)
        odds = _odds(load(tmp_path / "checkpoints" / "made", "cpu"), labels)
        assert odds[0] > _odds(load(policy, "cpu"), labels)[0], trainer
    told = trained(tmp_path, f"reward_model:pairs={pairs},policy={policy},batch=8,held_out=0")
    assert told["accuracy_seen"] == 1.0


def test_a_small_model_is_made_for_what_a_file_says(tmp_path: Path, models: Path) -> None:
    """Prompts may be longer than those of the game; a model that cannot read them is told."""
    long, data = " ".join(["what is to be said here"] * 12), tmp_path / "pairs.jsonl"
    with data.open("w") as file:
        write_rows([Pair(long, "this", "that")] * 8, file)
    assert trained(tmp_path, f"reward_model:pairs={data},held_out=0")["accuracy_seen"] == 1.0
    with pytest.raises(BadParameter, match="is 75 tokens long, and the model reads 25"):
        trained(tmp_path, f"dpo:policy={models / 'policy'},pairs={data},held_out=0")


def _odds(model: LanguageModel, labels: list[str]) -> np.ndarray:
    from arena_align.players import label_odds

    return label_odds(model, [""], [labels])[0]


def test_winners_of_the_history_are_learnt_from(tmp_path: Path, models: Path) -> None:
    policy = models / "policy"
    with pytest.raises(Unsuitable, match="no moves of winners in"):
        trained(tmp_path, f"sft:policy={policy},{SMALL}")
    _play(tmp_path)
    assert trained(tmp_path, f"sft:policy={policy},{SMALL}")["answers"] > 20
    minimax = trained(tmp_path, f"sft:policy={policy},entrants=minimax,{SMALL}")["answers"]
    assert minimax > 30
    few = trained(tmp_path, f"sft:policy={policy},entrants=minimax,batch=4,matches=2")["answers"]
    assert 6 <= few <= 10  # the newest two matches alone are read
    with pytest.raises(Unsuitable, match="no moves of nobody in"):
        trained(tmp_path, f"sft:policy={policy},entrants=nobody,{SMALL}")
    assert trained(tmp_path, f"dpo:policy={policy},values=,{SMALL}")["pairs"] > 0


def _play(home: Path) -> None:
    from arena.campaign import Playing, begin, play_tournament
    from arena.config import Definition, agent_refs
    from arena.planning import prepare

    workspace = Workspace.open(home=str(home))
    entries = agent_refs(["minimax", "random"])
    asked = Definition(Ref("tic_tac_toe"), entries, Ref("round_robin", {"games": 20}), seed=1)
    run = begin(workspace, prepare(workspace, asked, lambda *_: ""))
    play_tournament(workspace, run, Playing(device="cpu"))


@pytest.mark.parametrize(
    ("spec", "error", "told"),
    [
        ("sft:teacher=minimax,data=x.jsonl", BadParameter, "one of data, teacher and entrants"),
        ("sft:batch=0", BadParameter, "batch=0 is not a positive number"),
        ("dpo:held_out=1", BadParameter, "held_out=1 is not at least 0 and below 1"),
        ("dpo:beta=0", BadParameter, "dpo: beta=0 is not"),
        ("rlhf_ppo:policy=a", BadParameter, "name the reward model"),
        ("grpo", BadParameter, "name the policy to begin with"),
        ("grpo:policy=a,opponents=", BadParameter, "name a reward model, or opponents"),
        ("rloo:policy=a,prompts=b.jsonl", BadParameter, "prompts of a file are no positions"),
        ("dpo:policy=nothing_of_this_name", UsageError, "is no folder here"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, spec: str, error: type, told: str) -> None:
    with pytest.raises(error, match=told):
        trained(tmp_path, spec)


def test_games_whose_moves_cannot_be_counted_are_told(tmp_path: Path) -> None:
    workspace = Workspace.open(home=str(tmp_path))
    order = Order(Ref("sft", {"teacher": "random"}), Ref("Pendulum-v1"), "made", 10)
    order = Order(order.trainer, Ref("gymnasium/Pendulum-v1"), "made", 10)
    with pytest.raises(Unsuitable, match="cannot be counted"):
        train(workspace, order, "cpu")


def test_the_moves_of_a_match_are_one_row(models: Path) -> None:
    tokenizer = load(models / "policy", "cpu").tokenizer
    examples = [
        Example("", "x(0,0)"), Example("x(0,0) o(1,1)", "x(2,2)"), Example("", "x(1,1)"),
    ]  # fmt: skip
    word = tokenizer.get_vocab()
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    first, second = example_rows(examples, tokenizer, ends=True)
    assert first["input_ids"] == [begin, word["x(0,0)"], word["o(1,1)"], word["x(2,2)"]]
    assert first["labels"] == [-100, word["x(0,0)"], -100, word["x(2,2)"]]
    assert second == {
        "input_ids": [begin, word["x(1,1)"]], "labels": [-100, word["x(1,1)"]],
    }  # fmt: skip
    (alone,) = example_rows(examples[:1], tokenizer, ends=True)
    assert alone["input_ids"] == [begin, word["x(0,0)"], end]


def test_trl_has_the_losses_that_are_written_here(models: Path, tmp_path: Path) -> None:
    """TRL's DPO and reward losses, on a batch, are those of `arena_align.losses`."""
    trl = pytest.importorskip("trl")
    datasets = pytest.importorskip("datasets")
    from arena_align.losses import bradley_terry_loss, dpo_loss
    from arena_align.tokens import scored_rows
    from arena_llm.scoring import encode_prompt, reply_logprobs, text_scores

    policy, other = load(models / "policy", "cpu", dtype="float32"), models / "other"
    make_tiny(lambda: make_environment("tic_tac_toe"), 2, other, games=60, width=16)
    reference = load(other, "cpu", dtype="float32")
    pairs = [Pair("x(0,0)", "o(1,1)", "o(0,1)"), Pair("", "x(1,1)", "x(0,1)")]
    options = {
        "output_dir": str(tmp_path), "use_cpu": True, "bf16": False, "report_to": "none",
        "per_device_train_batch_size": 2, "max_length": None,
    }  # fmt: skip
    rows = preferred_rows(pairs, reference, ends=False)
    made = given(trl.DPOTrainer)(
        policy.model, args=trl.DPOConfig(**options, beta=0.3, precompute_ref_log_probs=True),
        train_dataset=datasets.Dataset.from_list(rows), processing_class=policy.tokenizer,
    )  # fmt: skip
    batch = next(iter(made.get_train_dataloader()))
    theirs = float(made.compute_loss(made.model, batch))
    prompts = [encode_prompt(policy.tokenizer, pair.prompt) for pair in pairs]
    logps = [
        reply_logprobs(model, prompts, [row[f"{side}_ids"] for row in rows])
        for model in (policy, reference)
        for side in ("chosen", "rejected")
    ]
    assert theirs == pytest.approx(float(dpo_loss(*logps, beta=0.3).mean()), rel=1e-5)

    reward = load(models / "reward", "cpu", "score", dtype="float32")
    scored = scored_rows(pairs, reward.tokenizer)
    judge = trl.RewardTrainer(
        reward.model, args=trl.RewardConfig(**options), processing_class=reward.tokenizer,
        train_dataset=datasets.Dataset.from_list(scored),
    )  # fmt: skip
    batch = next(iter(judge.get_train_dataloader()))
    sides = [
        text_scores(reward, [row[f"{s}_ids"] for row in scored]) for s in ("chosen", "rejected")
    ]
    expected = float(bradley_terry_loss(*sides).mean())
    assert float(judge.compute_loss(judge.model, batch)) == pytest.approx(expected, rel=1e-5)


def test_answers_of_others_stand_for_the_divergence_of_kto(models: Path, tmp_path: Path) -> None:
    trl, datasets = pytest.importorskip("trl"), pytest.importorskip("datasets")
    policy = load(models / "policy", "cpu", dtype="float32")
    rows = judged_rows([Pair("", "x(1,1)", "x(0,1)")] * 2, policy.tokenizer, ends=True)
    config = trl.KTOConfig(
        output_dir=str(tmp_path), use_cpu=True, bf16=False, report_to="none", max_length=None,
        per_device_train_batch_size=4,
    )  # fmt: skip
    made = given_judged(trl.KTOTrainer)(
        policy.model, ref_model=load(models / "policy", "cpu", dtype="float32").model,
        args=config, train_dataset=datasets.Dataset.from_list(rows),
        processing_class=policy.tokenizer,
    )  # fmt: skip
    ids = [row["completion_ids"] for row in rows]
    assert list(made.train_dataset["KL_completion_ids"]) == [ids[-1], *ids[:-1]]


def test_a_checkpoint_holds_safe_files_alone(tmp_path: Path, models: Path) -> None:
    trained(tmp_path, f"sft:policy={models / 'policy'},teacher=minimax,{SMALL}")
    files = {path.name for path in (tmp_path / "checkpoints" / "made").iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "prompt.json"} <= files
    assert {Path(name).suffix for name in files} <= {".json", ".safetensors"}
    assert (
        json.loads((tmp_path / "checkpoints/made/checkpoint.json").read_text())["trainer"] == "sft"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["grpo", "rloo"])
def test_the_return_of_sampled_answers_rises(name: str, tmp_path: Path, models: Path) -> None:
    """An untrained model mostly writes what is illegal, and each answer is paid by a match."""
    spec = (
        f"{name}:policy={models / 'policy'},matches=12,batch=16,generations=8,values=,held_out=0,"
        "max_kl=50,learning_rate=0.005"
    )
    rewards: dict[int, float] = {}

    def look(run: LiveRun) -> None:
        if "reward" in run.metrics:
            rewards.setdefault(run.step, run.metrics["reward"])

    order = Order(parse(spec), Ref("tic_tac_toe"), "made", 4_096, seed=1)
    train(Workspace.open(home=str(tmp_path)), order, "cpu", on_progress=look)
    told = list(rewards.values())  # each the mean of 1,024 answers, its standard error about 0.02
    assert len(told) == 4 and told[-1] > told[0] + 0.05, told


@pytest.mark.slow
def test_kto_makes_worse_moves_rarer(tmp_path: Path, models: Path) -> None:
    """Answers that are told good or bad, one by one, teach an untrained model which moves are."""
    spec = f"kto:policy={models / 'policy'},players=random,matches=300,learning_rate=0.003"
    order = Order(parse(spec), Ref("tic_tac_toe"), "made", 8_192, seed=1)
    told = train(Workspace.open(home=str(tmp_path)), order, "cpu").meta["metrics"]
    assert told["worse_seen"] < told["worse_before_seen"] - 0.1, told
