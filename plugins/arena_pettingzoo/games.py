"""Which environment is which game, by name without version."""

from __future__ import annotations

from arena_pettingzoo.boards import Chess, ConnectFour, Go, TicTacToe
from arena_pettingzoo.cards import Hanabi, Poker, RockPaperScissors
from arena_pettingzoo.game import Game, Moves
from arena_pettingzoo.worlds import Knights, Particles, Pursuit, Walkers

GAMES: dict[str, Game] = {
    "chess": Chess(),
    "connect_four": ConnectFour(),
    "go": Go(),
    "hanabi": Hanabi(),
    "leduc_holdem": Poker(),
    "rps": RockPaperScissors(),
    "texas_holdem": Poker(),
    "texas_holdem_no_limit": Poker(),
    "tictactoe": TicTacToe(),
    "multiwalker": Walkers(),
    "pursuit": Pursuit("left", "right", "up", "down", "stay"),
    "cooperative_pong": Moves("stay", "up", "down"),
    "knights_archers_zombies": Knights(
        "forward", "backward", "turn left", "turn right", "attack", "wait"
    ),
    "pistonball": Moves("down", "stay", "up"),
}
_UNKNOWN, _PARTICLES = Game(), Particles()


def game_of(package: str, name: str) -> Game:
    """Return what is known of the game `name` of a package."""
    return _PARTICLES if package == "mpe2" else GAMES.get(name, _UNKNOWN)
