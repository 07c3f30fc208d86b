"""Whether a game is played on a table, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from arena.agent import Agent
from arena.devices import resolve
from arena.environment import Environment
from arena.loop_table import LoopTable
from arena.table import BranchingTable, Table


def table_device(
    make: Callable[[], Environment], agents: Sequence[Agent], device: str
) -> str | None:
    """Return the device on which these agents can play a table of the game, None if they cannot.

    The game must have a table, with actions that whole columns of can be judged; and all agents
    must answer in columns; those that need a model get one whose rows can be taken, where nothing
    is hidden. torch is loaded only where a table is. Raises `BadParameter` for a
    device that is not there.
    """
    if not all(agent.columns for agent in agents):
        return None
    game = make()
    try:
        if type(game).table is Environment.table:
            return None
        from arena.column_referee import columns_suit
        from arena.torch_table import as_torch

        found = resolve(device)
        if not columns_suit(game.spec):
            return None
        table = game.table(1, found)
        if table is None:
            return None
        open_ = game.spec.model and game.spec.perfect_information
        branches = open_ and isinstance(as_torch(table), BranchingTable)
        model = any("model" in agent.needs for agent in agents)
        return found if branches or not model else None
    finally:
        game.close()


def tensor_table(make: Callable[[], Environment], size: int, device: str = "cpu") -> Table:
    """Return `size` games stepped together, as tensors: the game's own table, else a loop of them.

    For a trainer that steps worlds itself. A loop is on the host, whatever `device` says. Raises
    `BadParameter` for a device that is not there.
    """
    from arena.torch_table import as_torch

    game = make()
    found = resolve(device)
    made = None if type(game).table is Environment.table else game.table(size, found)
    game.close()
    return as_torch(LoopTable(make, size) if made is None else made)
