"""The games that are played on a plane: mpe2's particles, and SISL's pursuit and walkers."""

from __future__ import annotations

from typing import Any

from arena_pettingzoo.game import Game, Moves

_STEPS = ("stay", "left", "right", "down", "up")
_WIDE, _HIGH, _REACH = 41, 21, 1.5  # characters, and the distance from the middle to an edge


class Particles(Game):
    """An mpe2 world: discrete actions are a step, a word, or both at once."""

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return the step and the word."""
        if raw.continuous_actions:
            return str(action)
        agent, word, parts = raw.world.agents[seat], int(action), []
        if agent.movable:
            word, step = divmod(word, 2 * raw.world.dim_p + 1)
            parts.append(_STEPS[step])
        if not agent.silent:
            parts.append(f"say {chr(ord('A') + word)}")
        return ", ".join(parts)

    def draw(self, raw: Any) -> str:
        """Return a map: agents by their seat, landmarks as stars."""
        grid = [[" "] * _WIDE for _ in range(_HIGH)]
        for landmark in raw.world.landmarks:
            _put(grid, landmark, "*")
        for seat, agent in enumerate(raw.world.agents):
            _put(grid, agent, chr(ord("0") + seat))
        lines = ["|" + "".join(row) + "|" for row in grid]
        names = ", ".join(f"{i} {agent.name}" for i, agent in enumerate(raw.world.agents))
        return "\n".join([*lines, names])


def _put(grid: list[list[str]], entity: Any, sign: str) -> None:
    x, y = (min(max(0.5 + float(p) / (2 * _REACH), 0.0), 1.0) for p in entity.state.p_pos)
    grid[round((1.0 - y) * (_HIGH - 1))][round(x * (_WIDE - 1))] = sign


class Pursuit(Moves):
    """A grid of pursuers (P, ! on top of an evader), evaders (e) and buildings (#)."""

    def draw(self, raw: Any) -> str:
        """Return the grid, y rising as in the library's words for its moves."""
        building, pursuers, evaders = raw.env.model_state[:3]
        lines = []
        for y in reversed(range(raw.env.y_size)):
            cells = [(building[x, y], pursuers[x, y], evaders[x, y]) for x in range(raw.env.x_size)]
            lines.append(" ".join(_cell(*cell) for cell in cells))
        return "\n".join(lines)


def _cell(building: float, pursuers: float, evaders: float) -> str:
    if building:
        return "#"
    if pursuers:
        return "!" if evaders else "P"
    return "e" if evaders else "."


class Knights(Moves):
    """Knights and archers against zombies."""

    def begin(self, raw: Any, seed: int) -> None:
        """Reset; let the first zombie come when it should, whatever the match before."""
        raw.zombie_spawn_interval.reset()
        if raw.vector_state:  # two surfaces of 3.7 MB a game, which only pictures need
            raw.screen_dims, raw.background = (1, 1), None
        super().begin(raw, seed)

    def picture(self, raw: Any, name: str) -> Any:
        """Make the surfaces that were left out, and draw."""
        if raw.background is None:
            raw.screen, raw.background = None, raw._generate_background()
        return super().picture(raw, name)


class Walkers(Game):
    """The library calls a game that ran out of cycles terminated; here it is truncated."""

    def cut_off(self, raw: Any) -> bool:
        """Whether the last cycle passed with no walker fallen and the end not reached."""
        return raw.env.frames >= raw.env.max_cycles and not any(raw.env.last_dones)

    def draw(self, raw: Any) -> str:
        """Return how far the package and its walkers have come."""
        walkers = [w.hull.position.x if w.hull else None for w in raw.env.walkers]
        shown = ", ".join("fallen" if x is None else f"{x:.2f}" for x in walkers)
        return f"package at {raw.env.package.position.x:.2f}, walkers at {shown}"
