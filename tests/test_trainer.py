"""Training through the core: what it makes, and that stopping and going on changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from arena.campaign import Playing, begin, play_tournament
from arena.checkpoints import checkpoint_folder, find_checkpoint, read_arrays
from arena.config import Definition, Entry, Training, agent_refs
from arena.errors import ArenaError, BadParameter, UnknownName, Unsuitable, UsageError
from arena.history import MatchQuery
from arena.hookspecs import hookimpl
from arena.lookup import find_game, find_player, make_agent
from arena.planning import prepare
from arena.records import Checkpoint, Ref
from arena.specs import parse
from arena.training import Order, default_name, train, train_cached
from arena.training_run import LiveRun
from arena.workspace import Workspace

LEARNERS = str(Path(__file__).with_name("learners.py"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(home=str(tmp_path), plugins=(LEARNERS,))


def order(trainer: str = "tally", game: str = "test/nim", **given: Any) -> Order:
    return Order(parse(trainer), parse(game), **given)


class Stopped(Exception):
    """Stands for whatever ends a process."""


def stop_after(steps: int) -> Any:
    def progress(run: LiveRun) -> None:
        if run.step >= steps:
            raise Stopped

    return progress


class Listener:
    """Hears the event hooks."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    @hookimpl
    def arena_started(self, run: Any) -> None:
        self.heard.append(("started", run.name))

    @hookimpl
    def arena_learned(self, run: Any, step: int, metrics: Mapping[str, float]) -> None:
        self.heard.append((step, dict(metrics)))

    @hookimpl
    def arena_finished(self, run: Any) -> None:
        self.heard.append(("finished", run.name))


@pytest.fixture
def listener(workspace: Workspace) -> Iterator[Listener]:
    heard = Listener()
    workspace.registry.manager.register(heard)
    yield heard
    workspace.registry.manager.unregister(heard)


def test_training_makes_a_checkpoint_that_plays(workspace: Workspace) -> None:
    made = train(workspace, order("tally:rate=0.2", name="mine", seed=4))
    assert made == find_checkpoint(workspace.home, "mine")
    meta = made.meta
    assert meta["parameters"] == {"rate": 0.2, "whole": True, "slots": 5}
    assert (meta["trainer"], meta["agent"], meta["seed"]) == ("tally", "means", 4)
    assert (meta["environment"], meta["alias"]) == ("test/nim", None)
    assert 600 <= meta["steps"] < 700
    assert set(meta["metrics"]) == {"mean", "rows"}
    assert sum(meta["shares"].values()) == pytest.approx(1.0)
    player = find_player(workspace.registry, workspace.home, Ref("mine"))
    agent: Any = make_agent(workspace.registry, workspace.home, player.ref)
    assert player.digest == made.digest
    assert (agent.means == read_arrays(made.folder)["means"]).all() and agent.means.any()


def test_whoever_looks_on_is_told_when_it_begins(workspace: Workspace) -> None:
    seen: list[int] = []
    train(workspace, order(), on_progress=lambda run: seen.append(run.step))
    assert seen[0] == 0 < seen[1]


def test_nothing_is_left_of_a_finished_run(workspace: Workspace) -> None:
    train(workspace, order(name="mine"))
    assert {p.name for p in workspace.home.iterdir()} <= {"checkpoints", "logs", "training"}
    assert not list((workspace.home / "training").iterdir())


def test_one_seed_decides_everything(workspace: Workspace) -> None:
    one, two, other = (
        train(workspace, order(name=name, seed=seed)).digest
        for name, seed in (("one", 1), ("two", 1), ("other", 2))
    )
    assert one == two != other


@pytest.mark.parametrize("trainer", ["tally", "tally:whole=false", "tally:slots=1", "own_loop"])
@pytest.mark.parametrize("steps", [1, 250, 500])
def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(
    workspace: Workspace, trainer: str, steps: int
) -> None:
    unbroken = train(workspace, order(trainer, name="unbroken", steps=600))
    for limit in (steps, steps + 60):
        with pytest.raises(Stopped):
            train(
                workspace, order(trainer, name="broken", steps=600), resume=limit > steps,
                on_progress=stop_after(limit), save_seconds=0,
            )  # fmt: skip
    assert find_checkpoint(workspace.home, "broken") is None
    resumed = train(workspace, order(trainer, name="broken"), resume=True, save_seconds=0)
    assert resumed.digest == unbroken.digest
    same = ("steps", "matches", "metrics", "agent_parameters", "parameters")
    assert [resumed.meta[key] for key in same] == [unbroken.meta[key] for key in same]


def test_a_run_whose_trainer_failed_goes_on(workspace: Workspace) -> None:
    failing = order("own_loop:fail_at=300", name="mine", steps=400)
    with pytest.raises(RuntimeError, match="the library fell over"):
        train(workspace, failing, save_seconds=0)
    made = train(workspace, failing, resume=True)
    whole = train(workspace, order("own_loop", name="whole", steps=400))
    assert (read_arrays(made.folder)["means"] == read_arrays(whole.folder)["means"]).all()
    assert made.meta["agent_parameters"] == {"wander": 0.25}


def test_resuming_what_is_finished_returns_it(workspace: Workspace) -> None:
    made = train(workspace, order(name="mine", seed=3))
    assert train(workspace, order(name="mine"), resume=True) == made


@pytest.mark.parametrize(
    ("again", "why"),
    [
        (order(name="mine", steps=700), "has steps 600, not 700"),
        (order(name="mine", seed=5), "has seed 3, not 5"),
        (order("tally:rate=0.3", name="mine"), "has trainer tally, not tally:rate=0.3"),
        (order(name="none"), "there is no run 'none' to resume"),
    ],
)
@pytest.mark.parametrize("finished", [True, False])
def test_resuming_takes_the_original_arguments_or_none(
    workspace: Workspace, again: Order, why: str, finished: bool
) -> None:
    first = order(name="mine", seed=3)
    if finished:
        train(workspace, first)
    else:
        with pytest.raises(Stopped):
            train(workspace, first, on_progress=stop_after(300), save_seconds=0)
    with pytest.raises(UsageError, match=why):
        train(workspace, again, resume=True)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 99}'])
def test_a_state_that_cannot_be_read_says_so(workspace: Workspace, text: str) -> None:
    place = workspace.home / "training" / "mine" / "state"
    place.mkdir(parents=True)
    (place / "state.json").write_text(text)
    with pytest.raises(UsageError, match="start anew without --resume"):
        train(workspace, order(name="mine"), resume=True)


def test_a_state_of_another_version_says_so(workspace: Workspace) -> None:
    with pytest.raises(Stopped):
        train(workspace, order(name="mine"), on_progress=stop_after(300), save_seconds=0)
    written = workspace.home / "training" / "mine" / "state" / "state.json"
    state = json.loads(written.read_text())
    del state["progress"]["spent"]
    written.write_text(json.dumps(state))
    with pytest.raises(UsageError, match="another version of Arena; start it anew"):
        train(workspace, order(name="mine"), resume=True)


def test_state_is_json_and_safetensors(workspace: Workspace) -> None:
    with pytest.raises(Stopped):
        train(workspace, order(name="mine"), on_progress=stop_after(300), save_seconds=0)
    place = workspace.home / "training" / "mine" / "state"
    assert {p.name for p in place.iterdir()} == {"state.json", "model.safetensors"}
    assert json.loads((place / "state.json").read_text())["values"]["learnt"] > 0
    assert set(read_arrays(place)) == {"means"}


def test_starting_anew_forgets_what_was(workspace: Workspace) -> None:
    with pytest.raises(Stopped):
        train(workspace, order(name="mine"), on_progress=stop_after(300), save_seconds=0)
    made = train(workspace, order(name="mine", seed=9))
    assert made.digest == train(workspace, order(name="other", seed=9)).digest


def test_event_hooks_hear_of_it(workspace: Workspace, listener: Listener) -> None:
    train(workspace, order(name="mine", steps=400))
    first, *learned, last = listener.heard
    assert (first, last) == (("started", "mine"), ("finished", "mine"))
    steps = [step for step, _ in learned]
    assert steps == sorted(steps) and 5 < len(steps) <= 102
    assert all(set(metrics) <= {"mean", "rows"} for _, metrics in learned)


def test_event_hooks_hear_of_the_end_of_a_run_that_fails(
    workspace: Workspace, listener: Listener
) -> None:
    with pytest.raises(Stopped):
        train(workspace, order(name="mine"), on_progress=stop_after(1))
    assert listener.heard[-1] == ("finished", "mine")


def test_evaluation_comes_ten_times_and_at_the_end(workspace: Workspace) -> None:
    seen: list[tuple[int, str]] = []

    def evaluate(run: LiveRun, checkpoint: Checkpoint) -> dict[str, float]:
        seen.append((run.step, checkpoint.digest))
        agent = make_agent(
            workspace.registry, workspace.home, Ref("means", {"checkpoint": checkpoint.folder})
        )
        return {"score": float(agent.means.max())}  # type: ignore[attr-defined]

    made = train(workspace, order(name="mine", steps=2000), evaluate=evaluate)
    assert 9 <= len(seen) <= 11 and len({digest for _, digest in seen}) == len(seen)
    assert seen[-1] == (made.meta["steps"], made.digest)
    assert made.meta["metrics"]["score"] > 0
    assert made.digest == train(workspace, order(name="silent", steps=2000)).digest


def test_the_best_checkpoint_is_kept(workspace: Workspace) -> None:
    made = train(workspace, order("peak", name="mine", steps=3000))
    assert 800 <= made.meta["steps"] <= 1300
    assert made.meta["metrics"]["worth"] == -abs(made.meta["steps"] - 1000)


def test_the_best_checkpoint_is_kept_across_an_interruption(workspace: Workspace) -> None:
    unbroken = train(workspace, order("peak", name="unbroken", steps=3000))
    with pytest.raises(Stopped):
        train(
            workspace, order("peak", name="mine", steps=3000), save_seconds=0,
            on_progress=stop_after(2500),
        )  # fmt: skip
    resumed = train(workspace, order("peak", name="mine"), resume=True)
    assert resumed.digest == unbroken.digest


def test_a_trainer_reads_the_history_of_its_own_game(workspace: Workspace) -> None:
    for game, games in (("test/nim", 2), ("tic_tac_toe", 4)):
        entries = agent_refs(["first=random", "second=random"])
        asked = Definition(parse(game), entries, parse(f"round_robin:games={games}"), seed=1)
        run = begin(workspace, prepare(workspace, asked, lambda *_: ""))
        play_tournament(workspace, run, Playing(device="cpu"))
    told: list[tuple[int, int]] = []

    def look(run: LiveRun) -> None:
        named = MatchQuery(environment="tic_tac_toe")
        told.append((len([*run.replays(MatchQuery())]), len([*run.replays(named)])))

    train(workspace, order(steps=20), on_progress=look)
    assert set(told) == {(2, 4)}


def test_a_trained_entrant_is_trained_once(workspace: Workspace, listener: Listener) -> None:
    game = find_game(workspace.registry, parse("test/nim:heap=9"))

    def entrant(steps: int | None = 300, seed: int = 1, **parameters: Any) -> str:
        entry = Entry(Ref("pupil"), Training(Ref("tally", parameters), steps, seed))
        return train_cached(workspace, entry, game)

    name = entrant()
    assert entrant() == name and entrant(rate=0.1) == name
    assert [kind for kind, _ in listener.heard].count("started") == 1
    others = {entrant(steps=200), entrant(seed=2), entrant(rate=0.2), entrant(steps=None)}
    game = find_game(workspace.registry, parse("test/nim"))
    others.add(entrant())
    assert len({name, *others}) == 6
    found = find_checkpoint(workspace.home, name)
    assert found is not None and found.meta["seed"] == 1 and found.meta["steps"] >= 300


def test_a_damaged_or_interrupted_trained_entrant_is_made_good(workspace: Workspace) -> None:
    game = find_game(workspace.registry, parse("test/nim"))
    entry = Entry(Ref("pupil"), Training(Ref("own_loop", {}), 300, 1))
    name = train_cached(workspace, entry, game)
    found = find_checkpoint(workspace.home, name)
    assert found is not None
    (checkpoint_folder(workspace.home, name) / "model.safetensors").write_bytes(b"")
    assert train_cached(workspace, entry, game) == name
    assert find_checkpoint(workspace.home, name) is not None


def test_names_are_made_up_where_none_is_given(workspace: Workspace) -> None:
    assert train(workspace, order(steps=20)).name == "tally-test-nim"
    assert (
        default_name("sb3_ppo", "gymnasium/Ant-v5:k=1,x=a b")
        == "sb3_ppo-gymnasium-Ant-v5-k-1-x-a-b"
    )


@pytest.mark.parametrize(
    ("wrong", "error", "why"),
    [
        (order("taly"), UnknownName, "no trainer 'taly'; did you mean 'tally'"),
        (order("tally:rat=1"), BadParameter, "no parameter 'rat'; did you mean 'rate'"),
        (order("tally:rate=fast"), BadParameter, "rate='fast' is not a float"),
        (order(game="test/nym"), UnknownName, "no environment 'test/nym'"),
        (order(game="test/short"), Unsuitable, "'tally' does not suit short: it counts matches"),
        (order(steps=0), UsageError, "0 steps are no training"),
        (order(name="../x"), UsageError, "cannot name a checkpoint"),
        (order(name="means"), UsageError, "'means' is the name of an agent already"),
        (order("not_a_trainer"), UsageError, "is a Means, not an arena.Trainer"),
        (order("homeless"), UnknownName, "no agent 'nobody'"),
    ],
)
def test_wrong_use_writes_nothing(
    workspace: Workspace, wrong: Order, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why) as caught:
        train(workspace, wrong)
    assert "\n" not in str(caught.value)
    assert not list(workspace.home.iterdir())


@pytest.mark.parametrize(
    ("trainer", "why"),
    [
        ("no_offer", "ended without offering a checkpoint"),
        ("no_metric", "selects by 'beauty', which it lacks"),
        ("cheats", r"the agent that learns failed \(illegal\)"),
    ],
)
def test_trainers_that_do_wrong_are_named(workspace: Workspace, trainer: str, why: str) -> None:
    with pytest.raises(ArenaError, match=why):
        train(workspace, order(trainer, name="mine"))
    assert find_checkpoint(workspace.home, "mine") is None


def test_a_round_without_a_move_is_an_error(workspace: Workspace) -> None:
    with pytest.raises(ArenaError, match="gave a round without a move"):
        train(workspace, order("idle", name="mine"))
