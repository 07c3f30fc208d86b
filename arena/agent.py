"""Players."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arena.batch import Batch, Moves
from arena.observation import Observation
from arena.records import Ref, Spec


class Agent:
    """Chooses actions. Write `act` for one game at a time, or `act_batch` for many at once.

    The constructor's signature is the configuration: `mcts:simulations=200` calls
    `Mcts(simulations=200)`. An agent object plays many games at once and holds no state of any:
    what must be remembered within a match goes into `observation.memory`.
    """

    needs: frozenset[str] = frozenset()
    """Of "text", "model" and "trust": what must be there for it to play.

    "trust" is for a class that reads files that can run code, such as pickles: it is not even made
    unless the user of this process has said `arena --trust`.
    """
    files: tuple[str, ...] = ()
    """The parameters that name files or folders: other content is another player.

    The name of a checkpoint stands for its folder. The first is also what a checkpoint of this
    agent is handed to, if the constructor has no `checkpoint`."""

    @classmethod
    def reads(cls, parameters: Mapping[str, Any]) -> Sequence[str]:
        """Return files that count as those of `files` do, though no parameter has their path.

        `parameters` are those that were given. A shipped file that a name stands for is one.
        """
        return ()

    scorers: tuple[str, ...] = ()
    """The parameters that are judges' specs; what files these name counts as well."""

    columns: bool = False
    """Whether `act_batch` also answers batches whose columns are tensors (`batch.device` is not
    None), from `mask`, `data`, `u`, `seats` and `turns` alone; then it may play whole tables."""

    def check(self, spec: Spec) -> None:
        """Raise `Unsuitable`, with the reason, if this agent cannot play this game."""
        return None

    def recruit(self, make: Callable[[str | Ref], Agent]) -> None:
        """Take what makes other agents by name, for those that play through others.

        Called once, after the constructor, with what knows the plugins and the data folder.
        """
        return None

    def act(self, observation: Observation) -> Any:
        """Return the action for one observation."""
        raise NotImplementedError(f"{type(self).__name__} has neither act nor act_batch")

    def act_batch(self, batch: Batch) -> Sequence[Any] | Moves:
        """Return one action a row of the batch; by default `act` of each row."""
        return [self.act(observation) for observation in batch]

    def policy(self, batch: Batch) -> Sequence[Sequence[float]] | None:
        """Return the odds of each legal action for each row, in the order of `batch.legal`.

        For those who ask what an agent would do on average (`arena exploit`); None, the default,
        if it cannot say.
        """
        return None
