"""What a person does at the pages, done in a real Chromium."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from arena.training_log import file_of
from tests.web import browser
from tests.web.conftest import arena
from tests.web.harmful import harmful
from tests.web.xss import CORPUS

pytestmark = [
    pytest.mark.browser, pytest.mark.slow,
    pytest.mark.skipif(not browser.found(), reason=browser.MISSING),
]  # fmt: skip
PAGES = [
    "/", "/leaderboard?environment=tic_tac_toe", "/leaderboard?environment=connect_four",
    "/tournaments", "/tournaments/1", "/tournaments/new?environment=hex&format=swiss&agent=mcts",
    "/matches", "/matches/1000000000", "/matches/2000000000", "/agents", "/agents/minimax",
    "/compare?environment=tic_tac_toe&a=minimax&b=random", "/play", "/judge", "/training",
    "/training/learnt", "/agents/learnt", "/tournaments/9", "/matches/5000000000", "/plugins/count",
    "/plugins/templated", "/nope",
]  # fmt: skip
FILMED = {"gymnasium/CartPole-v1": 6, "mpe2/simple_spread_v3": 7, "gymnasium/HalfCheetah-v5": 8}
"""Games with pictures, and the tournaments in which a match of each is played."""


@pytest.fixture(scope="module")
def copy(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the history with games to look at, a knockout and a training run."""
    copy = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(home, copy)
    assert harmful(copy) == 5
    for game in FILMED:
        arena(copy, "tournament", game, "--games", "1", "--seed", "6", "--agent", "random")
    arena(copy, "tournament", "tic_tac_toe", "--format", "knockout", "--seed", "9",
          *(word for name in "abcd" for word in ("--agent", f"{name}=random")))  # fmt: skip
    arena(copy, "train", "q_learning", "tic_tac_toe", "--steps", "200", "--name", "learnt",
          "--against", "random", "--games", "1")  # fmt: skip
    return copy


@pytest.fixture(scope="module")
def address(copy: Path, plugin: str) -> Iterator[str]:
    """Return where the pages of that copy are."""
    with browser.served(copy, plugin=plugin) as address:
        yield address


@pytest.fixture(scope="module")
def chrome() -> Iterator[object]:
    """Return a browser."""
    with browser.chromium() as driver:
        yield driver


@pytest.fixture
def at(chrome, address):
    """Return a function that opens a page; afterwards nothing was wrong and nothing left."""
    browser.errors(chrome), browser.requests(chrome)

    def open_(path: str):
        chrome.get(address + path)
        settle(chrome)
        return chrome

    yield open_
    missing = [each for each in browser.errors(chrome) if "/nope" not in each]
    assert missing == []
    asked = [url for url in browser.requests(chrome) if not url.startswith(("data:", "chrome"))]
    assert asked and all(url.startswith(address) for url in asked), asked


def settle(driver):
    """Wait until nothing is still being counted: such a page comes again by itself."""
    wait(lambda: not re.search("being (counted|drawn)", driver.page_source))


def css(driver, selector):
    return driver.find_elements("css selector", selector)


def wait(condition, seconds=40.0):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.1)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_loads_without_an_error_and_asks_nobody_else(at, path):
    driver = at(path)
    assert len(css(driver, "h1")) == 1
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    driver.set_window_size(375, 800)
    phone = driver.execute_script(wide)
    driver.set_window_size(1200, 900)
    assert phone <= 0, f"{path} is {phone} pixels wider than a phone"


HARMFUL = [
    "/", "/leaderboard?environment=prompt_duel", "/tournaments/5", "/matches?tournament=5",
    "/agents", "/judge", "/compare?environment=prompt_duel",
    *(f"/matches/{5_000_000_000 + i}" for i in range(0, len(CORPUS), 3)),
    *(f"/agents/{quote(name, safe='')}" for name in CORPUS[::3]),
    *(f"/matches?agent={quote(name, safe='')}" for name in CORPUS[1::3]),
]  # fmt: skip


def test_harmful_names_and_answers_are_text(at):
    for path in HARMFUL:
        driver = at(path)
        assert driver.execute_script("return window.hurt") is None, path
        assert not css(driver, "main script, main iframe, main img, [onerror], [onload]"), path
        assert not css(driver, "a[href^='javascript' i]"), path
    at("/tournaments/5")
    said = driver.execute_script("return document.body.innerText")
    text = at("/agents").execute_script("return document.body.textContent")
    assert said and all(name in text for name in CORPUS[:8])


def test_a_replay_is_stepped_by_keys(at):
    from selenium.webdriver.common.keys import Keys

    driver = at("/matches/1000000000")
    steps = css(driver, ".step")
    shown = lambda: [i for i, step in enumerate(steps) if step.is_displayed()]  # noqa: E731
    body = css(driver, "body")[0]
    seen = [shown()]
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.END, Keys.HOME):
        body.send_keys(key)
        seen.append(shown())
    last = len(steps) - 1
    assert seen == [[0], [1], [2], [1], [last], [0]]
    body.send_keys(" ")
    wait(lambda: shown() == [2])
    assert css(driver, "input[type=range]")[0].get_attribute("aria-valuetext")


PIXELS = """
const image = [...document.querySelectorAll("img.frame")].find(each => each.offsetParent);
if (!image || !image.complete || !image.naturalWidth) return null;
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
const context = canvas.getContext("2d");
context.drawImage(image, 0, 0);
return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
"""


@pytest.mark.parametrize("game", FILMED)
def test_pictures_change_from_step_to_step(at, game):
    from selenium.webdriver.common.keys import Keys

    driver = at(f"/matches/{FILMED[game]}000000000#step-0")
    if "No pictures, but text" in driver.page_source:
        pytest.skip(f"{game} cannot be drawn on this machine")
    seen = []
    # a pole moves by less than a pixel in a step
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT):
        css(driver, "body")[0].send_keys(key * 3)
        shown = []
        wait(lambda shown=shown: shown.append(driver.execute_script(PIXELS)) or shown[-1])
        seen.append(shown[-1])
    assert all(len(set(picture)) > 4 for picture in seen), "a picture is blank"
    assert seen[0] != seen[1] != seen[2]
    assert seen[3] == seen[1]


def test_a_knockouts_bracket_is_drawn(at):
    driver = at("/tournaments/9")
    [drawn] = css(driver, "[aria-label=Bracket] svg")
    assert len(css(drawn, "rect.tie")) == 3 and drawn.size["width"] > 300


def test_what_was_said_stands_side_by_side(at):
    driver = at("/matches/5000000000")
    [said] = css(driver, ".transcript tbody tr")
    cells = css(said, "td")[1:]
    assert len(cells) == 2 and len({cell.location["y"] for cell in cells}) == 1
    assert cells[0].text and cells[0].text != cells[1].text


def test_a_training_run_moves(at, copy):
    lines = file_of(copy, "learnt").read_text().splitlines(keepends=True)
    lines[0] = lines[0].replace('"learnt"', '"moving"')
    moving = file_of(copy, "moving")
    moving.write_text("".join(lines[:3]))
    driver = at("/training/moving")
    driver.execute_script("window.same = true")
    path = "return document.querySelector('.curve').getAttribute('points')"
    state = "return document.querySelector('.state').textContent"
    before = driver.execute_script(path)
    assert driver.execute_script(state) == "running"
    with moving.open("a") as out:
        out.writelines(lines[3:])
    wait(lambda: driver.execute_script(state) == "ended")
    assert len(driver.execute_script(path)) > len(before)
    assert driver.execute_script("return window.same")


def test_the_standings_of_a_tournament_move(at):
    driver = at("/tournaments/new?environment=tic_tac_toe&format=round_robin"
                "&agent=random&agent=mcts")  # fmt: skip
    css(driver, "[name='format.games']")[0].send_keys("100000")
    css(driver, "[name='agent1.simulations']")[0].send_keys("200")
    press(driver, "form[method=post] button")
    assert re.search(r"/tournaments/\d+$", driver.current_url)
    settle(driver)
    driver.execute_script("window.same = true")
    texts = "return [...document.querySelectorAll('%s')].map(each => each.textContent)"
    played = lambda: driver.execute_script(texts % "[data-standings] tbody td")  # noqa: E731
    wait(lambda: driver.execute_script(texts % "[data-matches]") != ["0"])
    first = played()
    wait(lambda: played() != first)
    assert driver.execute_script("return window.same")
    press(driver, "form[action$='/stop'] button")
    wait(lambda: driver.refresh() or css(driver, "[data-state]")[0].text == "interrupted")


def press(driver, selector):
    """Press a button, and wait until the page that it leads to is there."""
    from selenium.common.exceptions import StaleElementReferenceException

    [button] = css(driver, selector)
    button.click()

    def gone():
        try:
            button.is_enabled()
        except StaleElementReferenceException:
            return True
        return False

    wait(gone)
    wait(lambda: driver.execute_script("return document.readyState") == "complete")


def begin(driver, game, against="first_legal"):
    css(driver, "[name=environment]")[0].send_keys(game)
    css(driver, "[name=against]")[0].send_keys(against)
    press(driver, "main form button")


@pytest.mark.parametrize(
    ("game", "cells"),
    [("tic_tac_toe", ["x(1,1)", "x(0,2)", "x(2,0)"]), ("connect_four", ["x3"] * 4)],
)
def test_a_game_is_won_by_clicking(at, game, cells):
    driver = at("/play")
    begin(driver, game)
    for cell in cells:
        press(driver, f"button.square[aria-label='{cell}']")
    wait(lambda: "You won." in driver.page_source)
    driver.get(css(driver, "#board a")[0].get_attribute("href"))
    assert "human" in driver.page_source and css(driver, ".step svg.board")


def test_a_move_that_a_click_leaves_open_is_chosen_on_the_board(at):
    driver = at("/play")
    begin(driver, "chess")
    assert not css(driver, ".moves button")[0].is_displayed()
    [summary] = css(driver, "details.choice summary[aria-label*='Nf6']")  # seat 0 is Black
    summary.click()
    [knight] = [b for b in css(driver, "details.choice[open] button") if b.text == "Nf6"]
    knight.click()
    wait(lambda: "Turn 4" in driver.page_source)


def test_a_vote_is_cast(at):
    driver = at("/judge")
    answers = [each.text for each in css(driver, ".two .said")]
    press(driver, "button[value=left]")
    assert "Your last vote" in driver.page_source and "1 vote" in driver.page_source
    assert len(answers) == 2


def test_a_page_is_usable_by_keyboard(at):
    from selenium.webdriver.common.keys import Keys

    driver = at("/leaderboard?environment=tic_tac_toe")
    css(driver, "body")[0].send_keys(Keys.TAB)
    skip = driver.switch_to.active_element
    assert skip.text == "To the content" and skip.location["x"] >= 0
    skip.send_keys(Keys.ENTER)
    assert driver.switch_to.active_element.get_attribute("id") == "main"
    driver.switch_to.active_element.send_keys(Keys.TAB)
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert driver.execute_script(outline) == "solid"
