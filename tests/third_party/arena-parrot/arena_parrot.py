"""A whole plugin in one file: an agent that says what it said before."""

import arena


class Parrot(arena.Agent):
    """Repeats its latest move where that is legal; else the legal action at `place`, wrapped."""

    def __init__(self, place: int = 0) -> None:
        self.place = place

    def check(self, spec: arena.Spec) -> None:
        """Raise `Unsuitable` where actions cannot be counted."""
        if not all(hasattr(seat.action_space, "n") for seat in spec.seats):
            raise arena.Unsuitable("it repeats actions that can be counted")

    def act(self, observation: arena.Observation) -> int:
        """Return an action."""
        legal, said = observation.legal, observation.memory.get("said")
        if said not in legal:
            said = legal[self.place % len(legal)]
        observation.memory["said"] = said
        return int(said)


@arena.hookimpl
def arena_agents():
    """Return the agents of this plugin."""
    return {"parrot": Parrot}
