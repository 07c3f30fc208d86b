"""What the agents of this plugin ask of a game."""

from __future__ import annotations

from gymnasium.spaces import Discrete

from arena import Spec, Unsuitable


def actions_of(spec: Spec) -> tuple[range | None, ...]:
    """Return every action of each seat, None for a seat whose actions cannot be counted."""
    spaces = [seat.action_space for seat in spec.seats]
    return tuple(
        range(int(s.start), int(s.start + s.n)) if isinstance(s, Discrete) else None for s in spaces
    )


def require_countable(agent: str, spec: Spec) -> None:
    """Raise `Unsuitable` unless the actions of every seat can be counted."""
    for seat, actions in zip(spec.seats, actions_of(spec)):
        if actions is None:
            raise Unsuitable(
                f"{agent} needs actions that can be counted, and these are {seat.action_space}"
            )
