"""Pictures of every page, light, dark and on a phone: `python tests/web/screenshots.py FOLDER`.

They are for looking at and are kept nowhere. `--home` shows a history of one's own; without it a
small one is played. With `--axe axe.min.js` (of the npm package axe-core) each page is also held
to its rules of accessibility, and what it breaks is printed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.web import browser
from tests.web.harmful import harmful

PLAYED = [
    "tournament tic_tac_toe --games 20 --seed 1 --agent minimax --agent mcts:simulations=50"
    " --agent random --agent first_legal",
    "tournament connect_four --games 4 --seed 2 --agent mcts:simulations=20 --agent random",
    "tournament kuhn_poker --games 40 --seed 3 --agent random --agent first_legal",
    "tournament gymnasium/CartPole-v1 --games 5 --seed 4 --agent random --agent first_legal",
    "match chess random random --seed 5",
    "match hex:board_size=7 mcts:simulations=20 random --seed 6",
    "tournament prompt_duel --games 4 --seed 7 --agent list=scripted:file=tasks"
    " --agent shrug=scripted:says=No.",
    "tournament tic_tac_toe --format knockout --seed 8 --agent minimax --agent random"
    " --agent first_legal --agent mcts:simulations=10",
    "tournament connect_four --format swiss:rounds=3,games=2 --seed 9 --agent a=random"
    " --agent b=first_legal --agent c=mcts:simulations=5 --agent d=mcts:simulations=10"
    " --agent e=mcts:simulations=20",
    "tournament tic_tac_toe --format double_elimination --seed 10 --agent minimax --agent random"
    " --agent first_legal --agent mcts:simulations=10 --agent other=random",
    "match gymnasium/HalfCheetah-v5:max_episode_steps=40 random --seed 11",
    "match mpe2/simple_spread_v3 random --seed 12",
    "tournament leduc_poker --games 10 --seed 13 --agent random --agent first_legal",
    "--plugin FAULTY tournament tic_tac_toe --games 6 --seed 14 --agent faulty --agent random",
    "train q_learning tic_tac_toe --steps 3000 --name learnt --against random --games 4",
]
FAULTY = """
import arena


class Faulty(arena.Agent):
    def act(self, observation):
        return 99 if observation.turn > 3 else observation.legal[0]


@arena.hookimpl
def arena_agents():
    return {"faulty": Faulty}
"""
PAGES = {
    "home": "/", "leaderboard": "/leaderboard?environment=tic_tac_toe",
    "tournaments": "/tournaments", "tournament": "/tournaments/1", "knockout": "/tournaments/8",
    "start": "/tournaments/new?environment=hex&format=swiss&agent=mcts", "matches": "/matches",
    "match": "/matches/1000000000", "chess": "/matches/5000000000#step-12",
    "hex": "/matches/6000000000#step-20", "duel": "/matches/7000000000",
    "swiss": "/tournaments/9", "double": "/tournaments/10", "faults": "/tournaments/14",
    "cheetah": "/matches/11000000000#step-20", "particles": "/matches/12000000000#step-20",
    "pole": "/matches/4000000000#step-10", "poker": "/matches/13000000000#step-3",
    "forfeit": "/matches/14000000000", "said": "/matches/7000000001",
    "choose": "/play", "elo": "/leaderboard?environment=tic_tac_toe&system=elo",
    "cards": "/leaderboard?environment=kuhn_poker",
    "agents": "/agents", "agent": "/agents/minimax", "trained": "/agents/learnt",
    "compare": "/compare?environment=tic_tac_toe&a=minimax&b=random", "play": "/play",
    "judge": "/judge", "training": "/training", "run": "/training/learnt", "error": "/nope",
    "harmful": "/agents",
}  # fmt: skip
DRAWN = "return [...document.images].every(i => !i.offsetParent || i.complete)"
RELOADED = ("being counted", "being drawn")
SHAPES = {"light": (False, 1200), "dark": (True, 1200), "phone": (False, 375)}
AXE = "const done = arguments[0]; axe.run().then(r => done(r.violations.map(v => ({id: v.id, "
AXE += "impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 200))}))))"


def main() -> None:
    """Take the pictures; print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--axe", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    axe = given.axe.read_text() if given.axe else None
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or _played(Path(folder) / "home")
        with browser.served(home) as address:
            broken = sum(_shape(name, address, given.folder, axe) for name in SHAPES)
    print(f"{len(PAGES) * len(SHAPES)} pictures in {given.folder}; {broken} rules broken")


def _played(home: Path) -> Path:
    home.mkdir(parents=True)
    faulty = home / "faulty.py"
    faulty.write_text(FAULTY)
    for line in PLAYED:
        line = line.replace("FAULTY", str(faulty))
        command = [sys.executable, "-m", "arena.cli", "--home", str(home), *line.split()]
        subprocess.run(command, check=True, capture_output=True)
    harmful(home)
    return home


def _shape(shape: str, address: str, folder: Path, axe: str | None) -> int:
    """Take every page's picture in one shape; return how many rules they break."""
    dark, wide = SHAPES[shape]
    broken = 0
    with browser.chromium(dark, (wide, 900)) as driver:
        metrics = {"width": wide, "height": 900, "deviceScaleFactor": 1, "mobile": wide < 500}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        for name, path in PAGES.items():
            driver.get(address + path)
            while any(words in driver.page_source for words in RELOADED):
                time.sleep(0.2)
            driver.get(address + path)
            if name == "play":
                _begin(driver)
            broken += _axe(driver, f"{name} ({shape})", axe)
            while not driver.execute_script(DRAWN):
                time.sleep(0.1)
            _picture(driver, folder / f"{name}-{shape}.png", wide)
    return broken


def _begin(driver: Any) -> None:
    driver.find_element("css selector", "[name=environment]").send_keys("connect_four")
    driver.find_element("css selector", "[name=against]").send_keys("random")
    driver.find_element("css selector", "main form button").click()
    driver.find_element("css selector", "button.square").click()


def _picture(driver: Any, file: Path, wide: int) -> None:
    high = driver.execute_script("return document.documentElement.scrollHeight")
    over = driver.execute_script("return document.documentElement.scrollWidth")
    if over > wide:
        print(f"{file.name}: {over - wide} pixels too wide")
    metrics = {"width": wide, "height": min(high, 4000), "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.save_screenshot(str(file))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**metrics, "height": 900})


def _axe(driver: Any, what: str, axe: str | None) -> int:
    if axe is None:
        return 0
    # Runs by the debugger, whom the page's own Content-Security-Policy does not bind.
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    found = driver.execute_async_script(AXE)
    for each in found:
        print(f"{what}: {each['id']} ({each['impact']}): {each['nodes'][:2]}")
    return len(found)


if __name__ == "__main__":
    main()
