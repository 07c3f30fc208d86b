"""The games of PettingZoo's classic family that hide something."""

from __future__ import annotations

from typing import Any

from arena_pettingzoo.game import Game

_NOT_SEEN = ("legal_actions", "current_player")  # the referee says these


class Poker(Game):
    """A game of RLCard: it says itself what a seat sees."""

    zero_sum = True

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return call, raise, fold, check ..."""
        action = (
            raw.env.actions(int(action)) if callable(raw.env.actions) else raw.env.actions[action]
        )
        return str(getattr(action, "name", action)).lower().replace("_", " ")

    def text(self, raw: Any, seat: int) -> str:
        """Return hand, board and chips."""
        seen = raw.env.get_state(seat)["raw_obs"]
        return ", ".join(
            f"{key.replace('_', ' ')} {getattr(value, 'name', value)}"
            for key, value in seen.items()
            if key not in _NOT_SEEN
        )

    def draw(self, raw: Any) -> str:
        """Return what each of the seats sees."""
        seats = range(len(raw.possible_agents))
        return "\n".join(f"player {seat}: {self.text(raw, seat)}" for seat in seats)


class Hanabi(Game):
    """OpenSpiel's Hanabi, through Shimmy; it has words for everything."""

    def begin(self, raw: Any, seed: int) -> None:
        """Reset, and let the one begin whom OpenSpiel chose: not always the first."""
        super().begin(raw, seed)
        raw.agent_selection = raw.hanabi_env.agent_selection

    def returns(self, raw: Any) -> tuple[float, float]:
        """Return nothing to all fireworks complete."""
        return 0.0, float(raw._config["colors"] * raw._config["ranks"])

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return play, discard or reveal."""
        return str(raw.hanabi_env.game_state.action_to_string(seat, int(action)))

    def text(self, raw: Any, seat: int) -> str:
        """Return the table without the seat's own cards."""
        return str(raw.hanabi_env.game_state.observation_string(seat))

    def draw(self, raw: Any) -> str:
        """Return the table."""
        return str(raw.hanabi_env.game_state)


class RockPaperScissors(Game):
    """Played for a number of rounds; a seat sees the other's last move."""

    zero_sum = True
    luck = False

    def returns(self, raw: Any) -> tuple[float, float]:
        """Return the number of rounds, lost or won."""
        return -float(raw.max_cycles), float(raw.max_cycles)

    def label(self, raw: Any, seat: int, action: Any) -> str:
        """Return the name of the move."""
        return str(raw._moves[int(action)]).lower()

    def text(self, raw: Any, seat: int) -> str:
        """Return the other's last move."""
        last = str(raw._moves[int(raw.observe(raw.possible_agents[seat]))]).lower()
        return f"Your opponent's last move: {last}."

    def draw(self, raw: Any) -> str:
        """Return the rounds that the library remembers, the latest first."""
        rounds = zip(raw.history[::2], raw.history[1::2])
        return "\n".join(f"{raw._moves[a]} {raw._moves[b]}".lower() for a, b in rounds if a >= 0)
