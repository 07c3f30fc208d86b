"""`prompt_duel`: who is better by a judge, what the duels show of it, and votes that come later."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from arena_llm.duel import PromptDuel, verdicts
from arena_llm.findings import biases
from arena_llm.judging import Rules
from arena_llm.rows import read_rows
from arena_llm.scripted import Scripted
from arena_llm.votes import Votes, record_vote

from arena import Match, Unsuitable, UsageError, make_agent, make_environment, play
from arena.testing import check_agent, check_environment
from tests.cli.conftest import arena as arena
from tests.cli.conftest import home as home


def test_it_keeps_the_rules_of_environments() -> None:
    check_environment(PromptDuel)
    check_environment(lambda: PromptDuel(seats=3, scorer="rules:most=4"))
    check_agent(lambda: Scripted(["one", "two", "three"], order="random"), PromptDuel)


@pytest.mark.parametrize(
    ("answers", "pay"),
    [
        (("Paris", "paris "), (0.0, 0.0)), (("Paris", "Rome"), (1.0, -1.0)),
        (("Rome", "Paris"), (-1.0, 1.0)), (("Rome", "Paris", "Oslo"), (-0.5, 1.0, -0.5)),
        (("Rome", "Rome", "Paris", "Paris"), (-2 / 3, -2 / 3, 2 / 3, 2 / 3)),
    ],
)  # fmt: skip
def test_pay_is_the_mean_verdict_against_the_others(
    answers: tuple[str, ...], pay: tuple[float, ...], tmp_path: Path
) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"prompt": "Capital of France?", "answer": "Paris"}))
    duel = PromptDuel(str(file), seats=len(answers))
    duel.reset_to(1)
    assert duel.acting() == tuple(range(len(answers))) and duel.observe(0) == "Capital of France?"
    assert duel.step(dict(enumerate(answers))) == pytest.approx(pay)
    assert duel.acting() == () and not duel.truncated
    shown = duel.render()
    assert all(answer in shown for answer in answers)


def test_every_task_is_answered_by_its_own_completion() -> None:
    rows = read_rows("tasks")
    rules = Rules(file="tasks")
    for row in rows:
        given = sum(key in row for key in ("answer", "pattern", "least", "most"))
        assert rules.score([row["prompt"]], [row["completion"]]) == [given], row
        assert rules.score([row["prompt"]], ["no, 9 and @ of that" * 9]) < [given]


def test_scripted_answerers_meet(arena: Any) -> None:
    known, shrug = "known=scripted:file=tasks", "shrug=scripted:says=I do not know."
    told, *_ = arena(
        "tournament", "prompt_duel", "--agent", known, "--agent", shrug, "--games", 20, "--json"
    ).objects
    assert told["standings"][0]["entrant"] == "known" and told["standings"][0]["losses"] == 0
    (found,) = told["findings"]
    assert found["pairs"] == 20 and found["decided"] + found["even"] == 20
    assert found["first_seat_won"]["share"] == 0.5  # each deal is played from both seats
    assert found["longer_won"]["share"] < 0.5 and "the longer won" in found["says"]
    assert found["says"] in arena(
        "tournament", "prompt_duel", "--agent", known, "--agent", shrug, "--games", 20,
        "--seed", told["seed"],
    ).out  # fmt: skip
    assert "0 of them otherwise" in arena("verify").out
    assert arena("tournament", "tic_tac_toe", "--games", 2, "--agent", "random", "--agent",
                 "first_legal", "--json").objects[0]["findings"] == []  # fmt: skip


def test_biases_by_hand() -> None:
    told = biases([("a", "bb", 1.0), ("a", "bb", -1.0), ("aaa", "b", 1.0), ("a", "b", 0.0),
                   ("a", "b", -1.0), ("a", "b", math.nan)])  # fmt: skip
    assert (told["pairs"], told["decided"], told["even"], told["pending"]) == (6, 4, 1, 1)
    assert told["first_seat_won"]["share"] == 0.5 and told["first_seat_won"]["of"] == 4
    assert told["longer_won"]["share"] == pytest.approx(2 / 3) and told["longer_won"]["of"] == 3
    assert biases([])["longer_won"] is None


def test_a_vote_may_come_later(tmp_path: Path) -> None:
    file = tmp_path / "votes.jsonl"
    agents = [Scripted(["yes"]), Scripted(["no"])]

    def match() -> Any:
        def make() -> PromptDuel:
            return PromptDuel(scorer=f"votes:file={file}")

        (episode,) = play(make, agents, [Match(0, (0, 1), 1, 2)])
        return episode, make()

    episode, duel = match()
    assert (episode.ending, episode.returns) == ("truncated", (0.0, 0.0))
    duel.reset_to(2)
    record_vote(file, duel.prompt, "no", "yes", match="1/0")
    assert match()[0].returns == (-1.0, 1.0)
    record_vote(file, duel.prompt, "yes", "no")
    assert (match()[0].ending, match()[0].returns) == ("terminal", (0.0, 0.0))
    from arena_align.rows import read_pairs

    assert [(pair.chosen, pair.rejected) for pair in read_pairs(file)] == [
        ("no", "yes"), ("yes", "no"),
    ]  # fmt: skip
    assert Votes(str(file)).score([duel.prompt], ["no"]) == [0.0]


def test_equal_answers_are_not_judged() -> None:
    class Never(Rules):
        def compare(self, *_: Any) -> Any:
            raise AssertionError

    assert verdicts(Never(most=1), "", ["same", "same"]) == [0.0]


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    text = tmp_path / "prompts.txt"
    text.write_text("Say hello.\n\nSay goodbye.\n")
    assert PromptDuel(str(text), "rules:most=9").prompts == ["Say hello.", "Say goodbye."]
    for wrong, why in (
        ({"prompts": str(text)}, "rules: give least"), ({"prompts": "none.jsonl"}, "not tasks"),
        ({"seats": 1}, "2 or more"), ({"scorer": "nobody"}, "no scorer 'nobody'"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=why):
            PromptDuel(**wrong)  # type: ignore[arg-type]
    (tmp_path / "bad.jsonl").write_text('{"prompt": 3}')
    with pytest.raises(UsageError, match="line 1"):
        PromptDuel(str(tmp_path / "bad.jsonl"))
    odd = {"prompt": "one\u2028two", "answer": "x"}
    (tmp_path / "odd.jsonl").write_text(json.dumps(odd, ensure_ascii=False) + "\r\n")
    assert PromptDuel(str(tmp_path / "odd.jsonl")).prompts == ["one\u2028two"]
    with pytest.raises(Unsuitable, match="its moves are words"):
        make_agent("random", make_environment("prompt_duel").spec)


@pytest.mark.llm
def test_a_small_model_writes_and_the_best_of_several_is_better(tiny: Path) -> None:
    pytest.importorskip("transformers")
    from arena_llm.agents import Llm

    scorer = "rules:pattern=0.*0"

    def make() -> PromptDuel:
        return PromptDuel(scorer=scorer)

    one = Llm(str(tiny), "generate", template="bare", temperature=1.0, tokens=6, device="cpu")
    best = Llm(str(tiny), "best_of", template="bare", tokens=6, candidates=6, scorer=scorer,
               device="cpu")  # fmt: skip
    with pytest.raises(Unsuitable, match="method=generate"):
        Llm(str(tiny), "score", device="cpu").check(make().spec)
    matches = [Match(n, (n % 2, 1 - n % 2), n, n) for n in range(40)]
    episodes = {slots: sorted(play(make, [one, best], matches, slots=slots)) for slots in (1, 40)}
    assert [e.log for e in episodes[1]] == [e.log for e in episodes[40]]
    wins = [e.returns[1 - e.match.number % 2] for e in episodes[40]]
    assert sum(win > 0 for win in wins) > 3 * sum(win < 0 for win in wins)
    columns = episodes[40][0].columns or {}
    assert len(columns["prompt"]) == 2 and columns["prompt"][0][1] == columns["prompt"][1][1]
    (place, scores), *_ = columns["scores"]
    said = dict(columns["reply"])[place]
    assert scores[said] == max(scores.values()) and not episodes[40][0].faults


@pytest.mark.llm
def test_a_small_model_speaks_in_textarena(tiny: Path) -> None:
    pytest.importorskip("textarena")
    from arena_llm.agents import Llm

    agent = Llm(str(tiny), "generate", tokens=4, temperature=1.0, template="bare", device="cpu")
    matches = [Match(n, (0, 0), n, n) for n in range(4)]
    episodes = list(play(lambda: make_environment("textarena/TicTacToe-v0"), [agent], matches))
    assert all(e.ending == "terminal" and not e.faults for e in episodes)
    assert all("prompt" in (e.columns or {}) for e in episodes)


@pytest.mark.llm
def test_models_decide(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from arena_llm.models import load, save
    from arena_llm.scorers import RewardModel
    from arena_llm.tiny import make_tiny

    made = load(tiny, "cpu", "score", fresh=True)
    save(made.model, made.tokenizer, tmp_path / "reward")
    other = make_tiny("tic_tac_toe", 2, tmp_path / "other", games=20)
    reward = RewardModel(str(tmp_path / "reward"), "cpu")
    for scorer in (
        f"reward_model:model={tmp_path / 'reward'},device=cpu",
        f"dpo:policy={tiny},reference={other},device=cpu",
    ):
        duel = PromptDuel(scorer=scorer)
        duel.reset_to(3)
        paid = duel.step({0: "x(0,0)", 1: "o(1,1)"})
        assert sorted(paid) == [-1.0, 1.0]
        if scorer.startswith("reward"):
            one, two = reward.score([duel.prompt] * 2, ["x(0,0)", "o(1,1)"])
            assert (paid[0] > 0) == (one > two)
