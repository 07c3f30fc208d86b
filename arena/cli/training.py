"""`arena train`: make an agent that enters tournaments by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arena.cli.session import Session

if TYPE_CHECKING:
    from arena.config import Entry
    from arena.lookup import Game
    from arena.planning import Trained


def trainer_of(session: Session, device: str) -> Trained:
    """Return the function that makes a tournament's trained entrants, once each."""

    def train(entry: Entry, game: Game) -> str:
        from arena.training import train_cached

        return train_cached(session.workspace, entry, game, device)

    return train
