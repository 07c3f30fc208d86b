"""The tournaments that come with Arena: what they name is there and suits their games."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from arena.campaign import Playing, begin, play_tournament
from arena.config import Entry, read_definition, shipped_tournaments
from arena.lookup import environment_maker
from arena.planning import prepare
from arena.records import Ref
from arena.stages import refers, trainings
from arena.training import train_cached
from arena.workspace import Workspace

TOURNAMENTS = shipped_tournaments()


def test_those_that_were_promised_are_there() -> None:
    promised = {
        "tic_tac_toe", "cart_pole", "cliff_walking", "lunar_lander", "half_cheetah",
        "tic_tac_toe_learners", "connect_four_learners", "alignment", "everyone", "prompt_duel",
        "prisoners_dilemma", "markov_soccer", "simple_spread", "simple_spread_ad_hoc", "simple_tag",
        "simple_adversary", "poker_populations",
    }  # fmt: skip
    assert promised <= set(TOURNAMENTS)


@pytest.mark.parametrize("name", TOURNAMENTS)
def test_all_that_is_named_is_there_and_suits(name: str, tmp_path: Path) -> None:
    workspace = Workspace.open(home=str(tmp_path))
    written = read_definition(TOURNAMENTS[name])
    _, spec = environment_maker(workspace.registry, written.environment)
    for entry in trainings(written):
        assert entry.training is not None
        workspace.registry.make("trainers", entry.training.trainer).check(spec)
    names = {entry.agent.name for entry in trainings(written)}
    stands_in = ("scripted", {"says": ["aye"]}) if spec.seats[0].in_words else ("random", {})
    entries = tuple(
        Entry(Ref(*stands_in, entry.agent.alias or entry.agent.name))
        if entry.training is not None or refers(entry, names)
        else entry
        for entry in written.entries
    )
    plan = prepare(workspace, replace(written, entries=entries), lambda *_: "")
    assert len(plan.players) == len(entries)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOURNAMENTS)
def test_it_is_played_after_a_little_training(name: str, tmp_path: Path) -> None:
    workspace = Workspace.open(home=str(tmp_path))
    written = read_definition(TOURNAMENTS[name])
    entries, stages = (
        tuple(
            replace(
                entry,
                training=replace(entry.training, steps=min(2000, entry.training.steps or 2000)),
            )
            if entry.training
            else entry
            for entry in part
        )
        for part in (written.entries, written.stages)
    )
    assert written.format is not None
    brief = replace(written.format, parameters={**written.format.parameters, "games": 2})
    definition = replace(written, entries=entries, stages=stages, format=brief)
    plan = prepare(workspace, definition, lambda e, game: train_cached(workspace, e, game, "cpu"))
    run = begin(workspace, plan)
    play_tournament(workspace, run, Playing(device="cpu"))
    assert run.played == run.total > 0 and run.faults == run.voided == 0
