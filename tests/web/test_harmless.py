"""What is asked for in a request names no file, however it is put."""

from __future__ import annotations

import pytest

from arena.cli import main
from arena.errors import UsageError
from arena.web.harmless import check_harmless
from arena.workspace import Workspace

PLUGIN = """
import arena


class Reader(arena.Agent):
    files = ("told",)

    def __init__(self, told: str = "board", other: str = "", scorer: str = ""):
        self.text = open(told).read()

    def act(self, observation):
        return observation.legal[0]


class Learnt(Reader):
    def __init__(self, checkpoint: str, told: str = "board"):
        pass


class Trainer(arena.Trainer):
    agent = "learnt"

    def train(self, run):
        run.step = run.steps
        run.offer(lambda folder: (folder / "model.json").write_text("{}"))


@arena.hookimpl
def arena_agents():
    return {"reader": Reader, "learnt": Learnt}


@arena.hookimpl
def arena_trainers():
    return {"none": Trainer}
"""
SECRET = [
    ("agents", "reader:told=secret"),
    ("agents", "kept:told=secret"),
    ("agents", "name=reader:told=secret"),
    ("agents", 'first_legal:other="reader:told=secret"'),
    ("agents", 'first_legal:others="random;reader:told=secret"'),
    ("agents", 'reader:scorer="votes:file=secret"'),
    ("agents", "secret.py:Reader"),
    ("agents", "first_legal:other=secret.py:Reader"),
    ("agents", "folder/secret.py:Reader"),
    ("agents", "first_legal:price_file=secret"),
    ("environments", "prompt_duel:prompts=secret"),
    ("environments", 'prompt_duel:scorer="votes:file=secret"'),
    ("environments", "openspiel/efg_game:filename=secret"),
    ("environments", "openspiel/repeated_game:stage_game=efg_game(filename=secret)"),
    ("environments", "gymnasium/HalfCheetah-v5:xml_file=secret"),
    ("environments", "hex:board_size=../secret"),
    ("environments", "secret.toml"),
    ("formats", "round_robin:openings=secret"),
]
HARMLESS = [
    ("agents", "reader:told=board"),
    ("agents", "reader:told=kept"),
    ("agents", "kept"),
    ("agents", "mcts:simulations=50,c=1.5"),
    ("environments", "gymnasium/CartPole-v1:gravity=9.5"),
    ("environments", "prompt_duel:prompts=tasks,seats=3"),
    ("formats", "round_robin:games=20"),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    """Return a data folder with a checkpoint, `kept`, whose player could read files."""
    folder = tmp_path_factory.mktemp("harmless")
    plugin = folder / "plugin.py"
    plugin.write_text(PLUGIN)
    train = ["train", "none", "tic_tac_toe", "--steps", "1", "--name", "kept"]
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(folder / "home"), "--plugin", str(plugin), *train])
    assert not ended.value.code
    return Workspace.open(str(folder / "home"), plugins=(str(plugin),))


@pytest.mark.parametrize(("kind", "spec"), SECRET)
def test_what_names_a_file_is_refused(workspace, kind, spec):
    with pytest.raises(UsageError, match="command line"):
        check_harmless(workspace, kind, spec)


@pytest.mark.parametrize(("kind", "spec"), HARMLESS)
def test_what_names_none_is_let_through(workspace, kind, spec):
    check_harmless(workspace, kind, spec)


def test_an_address_is_called_one(workspace):
    with pytest.raises(UsageError, match="addresses are for the command line"):
        check_harmless(workspace, "agents", "chat:base_url=http://localhost:1/v1,model=m")


@pytest.mark.parametrize(
    "spec", ["human", "me=human", "reader:other=human", "reader:other=a;human"]
)
def test_a_person_sits_at_no_seat_of_a_tournament(workspace, spec):
    check_harmless(workspace, "agents", spec)
    with pytest.raises(UsageError, match="a person plays at /play"):
        check_harmless(workspace, "agents", spec, people=False)


def test_a_file_beside_the_server_is_read_by_no_page(client, tmp_path, monkeypatch):
    """The forms, the tournaments and the games ask what `check_harmless` says."""
    (tmp_path / "secret").write_text("what nobody is to read")
    monkeypatch.chdir(tmp_path)
    ours = {"sec-fetch-site": "same-origin"}
    game = 'prompt_duel:prompts=secret,scorer="rules:least=1"'
    asked = [
        client.post("/api/tournaments", json={"environment": game, "agents": ["random"]},
                    headers=ours),
        client.post("/api/play", json={"environment": game, "against": ["scripted:says=a"],
                                       "seat": 0}, headers=ours),
        client.get("/tournaments/new", params={"environment": game}),
    ]  # fmt: skip
    for answer in asked:
        assert answer.status_code == 400, answer.text
        assert "files are for the command line" in answer.text
        assert "nobody is to read" not in answer.text
