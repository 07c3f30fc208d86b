"""`llm`: legal, the same at any number of games in flight, and what it thought is in the record."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arena_llm.agents import Llm
from arena_llm.talking import Message, Reply, Talker

from arena import Episode, Match, UsageError, derive, make_environment, play
from arena.lookup import find_player
from arena.plugins import registry_of
from arena.specs import parse

METHODS = ["score", "constrained", "best_of"]


def played(agent: Any, count: int, slots: int, game: str = "tic_tac_toe") -> list[Episode]:
    """Return matches of an agent against itself, by number."""
    matches = [Match(n, (0, 0), derive(1, n), derive(2, n)) for n in range(count)]
    found = play(lambda: make_environment(game), [agent], matches, slots=slots)
    return sorted(found, key=lambda episode: episode.match.number)


def made(tiny: Path, method: str, **more: Any) -> Llm:
    """Return a player of the tiny model."""
    scorer = "rules:pattern=[02]" if method == "best_of" else ""
    return Llm(str(tiny), method, scorer=scorer, device="cpu", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("game", ["tic_tac_toe", "kuhn_poker"])
def test_it_plays_legally_whatever_it_knows(tiny: Path, method: str, game: str) -> None:
    agent = made(tiny, method, temperature=1.0, template="moves")
    episodes = played(agent, 60, 64, game)
    assert not [fault for episode in episodes for fault in episode.faults]
    if game == "tic_tac_toe":  # drawn: matches differ
        assert len({tuple(episode.log) for episode in episodes}) > 30


@pytest.mark.slow
@pytest.mark.parametrize("method", ["score", "constrained"])
def test_no_illegal_move_in_ten_thousand(tiny: Path, method: str) -> None:
    episodes = played(made(tiny, method, temperature=1.0), 1500, 64)
    assert sum(episode.turns for episode in episodes) >= 10_000
    assert not [fault for episode in episodes for fault in episode.faults]


@pytest.mark.parametrize("method", METHODS)
def test_a_match_is_the_same_at_any_number_in_flight(tiny: Path, method: str) -> None:
    agent = made(tiny, method, temperature=0.7)
    one, many = played(agent, 12, 1), played(agent, 12, 64)
    for single, batched in zip(one, many):
        assert single.log == batched.log
        assert single.columns is not None and batched.columns is not None
        for name in ("prompt", "reply"):
            assert single.columns[name] == batched.columns[name]
        a, b = single.columns["logprob"], batched.columns["logprob"]
        assert [v for _, v in a] == pytest.approx([v for _, v in b], abs=1e-4)


def test_candidates_are_drawn_by_their_odds(tiny: Path) -> None:
    agent = made(tiny, "best_of")
    us = np.random.default_rng(1).random((200, 4))
    drawn = [agent._drawn(np.log([1e-9, 0.9, 0.1]), row) for row in us]
    assert {index for picks in drawn for index in picks} == {1, 2}
    share = sum(2 in picks for picks in drawn) / 200
    assert abs(share - (1 - 0.9**4)) < 0.12


@pytest.mark.slow
@pytest.mark.parametrize("method", ["score", "constrained"])
def test_64_in_flight_say_what_one_at_a_time_says(tiny: Path, method: str) -> None:
    agent = made(tiny, method, temperature=1.0)
    for one, many in zip(played(agent, 64, 1), played(agent, 64, 64)):
        assert one.log == many.log and one.columns is not None and many.columns is not None
        assert all(one.columns[name] == many.columns[name] for name in ("prompt", "reply"))


def test_score_and_constrained_choose_alike_where_labels_are_one_token(tiny: Path) -> None:
    logs = [[e.log for e in played(made(tiny, m), 2, 2)] for m in ("score", "constrained")]
    assert logs[0] == logs[1]


def test_the_record_tells_prompt_reply_and_scores(tiny: Path) -> None:
    (episode,) = played(made(tiny, "score"), 1, 1)
    columns = episode.columns or {}
    assert columns["prompt"][0] == (0, "")
    assert columns["prompt"][1] == (1, columns["reply"][0][1])
    scores, said = columns["scores"][0][1], columns["reply"][0][1]
    assert len(scores) == 9 and said == max(scores, key=scores.get)
    assert columns["logprob"][0][1] == pytest.approx(scores[said])


@pytest.mark.parametrize("method", ["score", "best_of"])
def test_the_record_tells_the_tokens_of_a_move(tiny: Path, method: str) -> None:
    agent = made(tiny, method)
    (episode,) = played(agent, 1, 1)
    columns = episode.columns or {}
    tokenizer = agent.model.tokenizer
    for (_, count), (_, said) in zip(columns["tokens"], columns["reply"], strict=True):
        assert count == len(tokenizer(said, add_special_tokens=False)["input_ids"]) > 0


def test_ties_are_counted_in_the_record_and_told(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from arena_llm.models import load, save

    from arena.cli import main

    model = load(tiny, "cpu")
    model.model.transformer.wte.weight.data.zero_()  # all words are alike to it
    save(model.model, model.tokenizer, tmp_path / "alike", model.template)
    with pytest.raises(SystemExit):
        main(["--home", str(tmp_path), "tournament", "tic_tac_toe", "--games", "2", "--json",
              "--agent", f"alike=llm:model={tmp_path / 'alike'}", "--agent", "random"])  # fmt: skip
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["scored_moves"] > 4
    # a last move, of one label, has no other to be tied with
    assert found["scored_moves"] - 2 <= found["tied_moves"] <= found["scored_moves"]
    (episode,) = played(made(tmp_path / "alike", "score"), 1, 1)
    assert [tied for _, tied in (episode.columns or {})["tied"]] == [8, 7, 6, 5, 4, 3, 2]
    (episode,) = played(made(tiny, "score"), 1, 1)
    assert {tied for _, tied in (episode.columns or {})["tied"]} == {0}


def test_a_replay_tells_scores_in_words_the_best_first(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from arena.cli import main

    for words in (["match", "tic_tac_toe", f"llm:model={tiny}", "random"], ["replay", "1/0"]):
        with pytest.raises(SystemExit):
            main(["--home", str(tmp_path), *words])
    out = capsys.readouterr().out
    told = [
        [float(score) for score in re.findall(r"[xo]\(\d,\d\) (-\d[.\d]*)", line)]
        for line in out.splitlines() if re.search(r"[xo]\(\d,\d\) -", line)
    ]  # fmt: skip
    assert len(told[0]) == 9 and all(each == sorted(each, reverse=True) for each in told)
    assert "{" not in out and not re.search(r"\d\.\d{6}", out)


def test_generate_writes_and_forfeits_after_its_rethinks(tiny: Path) -> None:
    episodes = played(made(tiny, "generate", tokens=1, temperature=5.0, rethinks=2), 20, 20)
    for episode in episodes:
        rethinks = [count for _, count in (episode.columns or {})["rethinks"]]
        assert max(rethinks) <= 2
        if episode.faults:
            assert episode.ending == "forfeit" and rethinks[-1] == 2


class Script(Talker):
    """Says what a list tells, then the first legal label."""

    def __init__(self, said: list[str], rethinks: int) -> None:
        from arena_llm.prompts import Prompter, read_template

        self.said, self.rethinks = list(said), rethinks
        self.prompter, self.talks = Prompter(read_template("board")), []

    def ask(self, talks: Any, rows: Any) -> list[Reply]:
        self.talks.append(list(talks[0]))
        return [Reply(self.said.pop(0) if self.said else r.label(r.legal[0])) for r in rows]


def test_a_rethink_tells_the_error_and_the_legal_moves() -> None:
    agent = Script(["castle!", "My move: **x(1,1)**."], 1)
    (episode,) = played(agent, 1, 1)
    assert episode.log[:2] == [0, 4] and episode.ending == "terminal"
    talk: list[Message] = agent.talks[1]
    assert [message["role"] for message in talk] == ["user", "assistant", "user"]
    assert "no legal move" in talk[2]["content"] and "x(2,2)" in talk[2]["content"]
    assert [count for _, count in (episode.columns or {})["rethinks"]][:2] == [1, 0]


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("x(0,1)", 1), (" 'X(0,1)'. ", 1),
        ("I think.\nMove: x(2,2)", 8), ("x(0,1)\nblah x(0,2)", 1),
        ("The best is x(1,1), surely", 4), ("x(0,0) or x(0,1)?", None), ("pass", None), ("", None),
    ],
)  # fmt: skip
def test_the_rule_by_which_a_reply_is_read(said: str, action: int | None) -> None:
    (episode,) = played(Script([said], 0), 1, 1)
    assert (episode.log[1] if episode.log else None) == action
    assert (episode.ending == "forfeit") == (action is None)


def test_what_is_in_the_folder_and_the_template_is_who_plays(tiny: Path, tmp_path: Path) -> None:
    folder, file = tmp_path / "model", tmp_path / "mine.jinja"
    shutil.copytree(tiny, folder)
    file.write_text("a")
    spec = parse(f"llm:model={folder},template={file}")
    digests = [find_player(registry_of(()), tmp_path, spec).digest]
    file.write_text("b")
    digests.append(find_player(registry_of(()), tmp_path, spec).digest)
    (folder / "prompt.json").write_text('{"template": "c"}')
    digests.append(find_player(registry_of(()), tmp_path, spec).digest)
    assert len(set(digests)) == 3 and None not in digests


def test_a_shipped_template_is_part_of_who_plays_too(tiny: Path, tmp_path: Path) -> None:
    def digest(spec: str) -> str | None:
        return find_player(registry_of(()), tmp_path, parse(spec)).digest

    given = [
        digest(f"llm:model={tiny}{more}") for more in ("", ",template=board", ",template=bare")
    ]
    assert len(set(given)) == 3 and None not in given  # the model brings a template of its own
    served = "chat:base_url=http://x/v1,model=m"
    assert digest(served) == digest(f"{served},template=board") != digest(f"{served},template=bare")
    assert digest(served) is not None and digest("scripted:file=tasks") is not None


def test_wrong_settings_are_told(tiny: Path) -> None:
    for wrong in ({"method": "guess"}, {"method": "best_of"}, {"temperature": -1.0}):
        with pytest.raises(UsageError, match="llm:"):
            Llm(str(tiny), **wrong)  # type: ignore[arg-type]


def test_decoding_agrees_with_a_loop_and_the_library(tiny: Path) -> None:
    import torch
    from arena_llm.decoding import Free, OneOf, decode
    from arena_llm.models import load

    model = load(tiny, "cpu")
    prompts = [[1], [1, 5, 6, 7], [1, 8, 9]]
    found = decode(model, prompts, [Free(set()) for _ in prompts], 5)
    for prompt, told in zip(prompts, found):
        ids = torch.tensor([prompt])
        greedy = model.model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=5,
            eos_token_id=None,
        )  # fmt: skip
        assert told.ids == greedy[0, len(prompt) :].tolist()
    walks = [OneOf([[5], [5, 6], [7, 8, 9]], 2) for _ in prompts]
    for walk, told in zip(walks, decode(model, prompts, walks, 3)):
        assert told.ids == [[5], [5, 6], [7, 8, 9]][walk.index]
