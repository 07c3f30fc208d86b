"""Learning for several agents: critics that see everything, policies that see their own."""

from collections.abc import Mapping

from arena import hookimpl


@hookimpl
def arena_agents() -> Mapping[str, str]:
    """Return the agents of this plugin."""
    return {"seat_policies": "arena_marl.agents:SeatPolicies"}


@hookimpl
def arena_trainers() -> Mapping[str, str]:
    """Return the trainers of this plugin."""
    return {
        "maddpg": "arena_marl.maddpg:MADDPG",
        "matd3": "arena_marl.maddpg:MATD3",
        "iddpg": "arena_marl.maddpg:IDDPG",
        "mappo": "arena_marl.mappo:MAPPO",
        "ippo": "arena_marl.mappo:IPPO",
        "maa2c": "arena_marl.mappo:MAA2C",
        "vdn": "arena_marl.values:VDN",
        "qmix": "arena_marl.values:QMIX",
    }
