"""What a policy loses to uniformly random play in tic_tac_toe, exactly: every line is followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from arena_align.players import label_odds

from arena import Environment, Luck

Node = tuple[Environment, float, tuple[str, ...]]


def losses(
    language: Any, make: Callable[[], Environment], greedy: bool = True
) -> tuple[float, float]:
    """Return the odds of losing as X and as O, of a model that is asked by the `moves` template.

    Where it is not `greedy` it plays by the odds of its labels, down to 1e-4 for a whole line.
    """
    return _lost(language, make, 0, greedy), _lost(language, make, 1, greedy)


def _lost(language: Any, make: Callable[[], Environment], seat: int, greedy: bool) -> float:
    game = make()
    game.reset(Luck(0))
    level: list[Node] = [(game, 1.0, ())]
    lost = 0.0
    while level:
        mine = [node for node in level if node[0].acting() == (seat,)]
        following = [(node, _even(node)) for node in level if node[0].acting() != (seat,)]
        if mine:
            labels = [[game.label(seat, a) for a in game.legal(seat) or ()] for game, _, _ in mine]
            found = label_odds(language, [" ".join(told) for _, _, told in mine], labels)
            following += zip(mine, [_chosen(odds) if greedy else odds for odds in found])
        level = []
        for (game, odds, told), row in following:
            (who,) = game.acting()
            for action, share in zip(game.legal(who) or (), row):
                if odds * share > (0.0 if greedy else 1e-4):
                    after = game.copy()
                    paid = after.step({who: action})
                    if not after.acting():
                        lost += odds * share * (paid is not None and paid[seat] < 0)
                    else:
                        level.append((after, odds * share, (*told, game.label(who, action))))
    return lost


def _even(node: Node) -> Any:
    game = node[0]
    count = len(game.legal(game.acting()[0]) or ())
    return np.full(count, 1 / count)


def _chosen(odds: Any) -> Any:
    return (np.arange(len(odds)) == odds.argmax()).astype(float)
