"""A match that has pictures is shown by them: the game's own, step by step."""

from __future__ import annotations

import io

import numpy as np
import pytest

from arena.errors import Unsuitable
from arena.web.frames import LARGEST, Frames, png
from tests.web.conftest import arena

pygame = pytest.importorskip("pygame")
CARTPOLE, BOARD = 3_000_000_000, 1_000_000_000
"""Matches of the history that `home` makes."""


def pixels(data: bytes) -> np.ndarray:
    """Return what another library reads out of a PNG: uint8 (height, width, 3)."""
    return pygame.surfarray.array3d(pygame.image.load(io.BytesIO(data))).transpose(1, 0, 2)


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 5, 3), (40, 7, 3)])
def test_a_png_holds_the_pixels(shape):
    drawn = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert (pixels(png(drawn)) == drawn).all()


def test_pictures_are_those_that_gymnasium_draws_of_the_same_game(client, browse, home):
    gymnasium = pytest.importorskip("gymnasium")
    told = client.get(f"/api/matches/{CARTPOLE}").json()
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=told["deal"] % 2**31)
    env.action_space.seed(0)
    words = ["left", "right"]
    for place, step in enumerate(told["steps"][:6]):
        for _, label in step["moves"]:
            env.step(words.index(label) if label in words else int(label))
        answer = client.get(step["picture"])
        assert answer.headers["content-type"] == "image/png"
        shown = pixels(answer.content)
        assert (shown == env.render()).all(), place
        assert shown.std() > 1


def test_steps_may_be_asked_for_in_any_order(client):
    address = f"/matches/{CARTPOLE}/frames"
    onwards = [client.get(f"{address}/{step}.png").content for step in range(9)]
    backwards = [client.get(f"{address}/{step}.png").content for step in range(8, -1, -1)]
    assert onwards == backwards[::-1] and len(set(onwards)) > 2


@pytest.mark.parametrize(("path", "status"), [
    (f"/matches/{CARTPOLE}/frames/1999.png", 404), (f"/matches/{CARTPOLE}/frames/-1.png", 422),
    (f"/matches/{CARTPOLE}/frames/2001.png", 422), (f"/matches/{CARTPOLE}/frames/0.jpg", 404),
    (f"/matches/{CARTPOLE}/frames/..%2f0.png", 404), ("/matches/9/frames/0.png", 404),
    (f"/matches/{BOARD}/frames/0.png", 400),
])  # fmt: skip
def test_what_there_is_no_picture_of_is_told_in_one_line(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_board_has_no_pictures_and_a_pole_has_no_board(client):
    board = client.get(f"/api/matches/{BOARD}").json()
    assert not board["pictures"] and board["steps"][0]["picture"] is None
    pole = client.get(f"/api/matches/{CARTPOLE}").json()
    assert pole["pictures"] == {"width": 600, "height": 400} and not pole["language"]
    page = client.get(f"/matches/{CARTPOLE}").text
    assert page.count('<img class="frame"') == page.count('<li class="step"') > 5


PLUGIN = """
import numpy as np

import arena
from arena_gymnasium.adapter import Solo


class Drawn(Solo):
    def __init__(self, how: str = "large"):
        import gymnasium

        make = lambda: gymnasium.make("CartPole-v1", max_episode_steps=-1)
        super().__init__("drawn/Drawn-v0", make, 9, False, False)
        self.how = how

    def frame(self):
        if self.how == "not":
            raise arena.Unsuitable("there is <no> OpenGL")
        if self.how == "wrong":
            return np.zeros((4, 4), np.float32)
        return np.full((3000, 1000, 3), 200, np.uint8)


@arena.hookimpl
def arena_environments():
    return {"drawn": Drawn}
"""


def test_pictures_are_bounded_and_where_there_are_none_text_says_why(tmp_path):
    from starlette.testclient import TestClient

    from arena.web.app import make_app
    from arena.workspace import Workspace
    from tests.web.conftest import BASE

    file, home = tmp_path / "drawn.py", tmp_path / "home"
    file.write_text(PLUGIN)
    for how in ("large", "not", "wrong"):
        arena(home, "--plugin", str(file), "tournament", f"drawn:how={how}", "--games", "1",
              "--seed", "1", "--agent", "random")  # fmt: skip
    workspace = Workspace.open(str(home), plugins=(str(file),))
    with TestClient(make_app(workspace), BASE) as client:
        large = pixels(client.get("/matches/1000000000/frames/1.png").content)
        assert large.shape == (600, 200, 3) and large.shape[0] <= LARGEST and (large == 200).all()
        for match, why in ((2, "there is &lt;no&gt; OpenGL"), (3, "uint8 (height, width, 3)")):
            page = client.get(f"/matches/{match}000000000").text
            assert "No pictures, but text: " in page and why in page
            assert '<pre class="drawing"' in page and "<img" not in page


def test_matches_beyond_those_kept_in_play_are_drawn_anew(home, monkeypatch):
    from arena.web import frames
    from arena.workspace import Workspace

    monkeypatch.setattr(frames, "FILMS", 1)
    monkeypatch.setattr(frames, "KEPT", 1)
    workspace = Workspace.open(str(home))
    films = Frames(workspace.registry)
    matches = [workspace.store.match(CARTPOLE + i) for i in (0, 1)]
    first = [films.png(match, step) for step in range(3) for match in matches]
    assert first == [films.png(match, step) for step in range(3) for match in matches]
    assert len(films._films) == 1 and not films._drawn
    with pytest.raises(Unsuitable, match="draws no pictures"):
        films.png(workspace.store.match(BOARD), 0)
    films.close()
    workspace.store.close()
