"""`scripted`: says what is written down, for tests, baselines and teachers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arena import Agent, BadParameter, Observation
from arena_llm.rows import file_of, read_rows


class Scripted(Agent):
    """Says what `file` has as the `completion` of what it sees, else the next of `says`.

    `file` is a JSONL file of prompts and completions (`tasks` is a shipped one). `says` begins anew
    when it is through; with `order=random` its lines are drawn. In a game of words a line is what
    it says, elsewhere the label of a move.
    """

    def __init__(self, says: tuple[str, ...] = (), file: str = "", order: str = "cycle") -> None:
        if order not in ("cycle", "random"):
            raise BadParameter(f"scripted: order={order!r} is neither cycle nor random")
        self.says, self.order = [*says], order
        rows = read_rows(file) if file else ()
        self.known = {
            row["prompt"].strip(): str(row["completion"]) for row in rows if "completion" in row
        }
        if not self.says and not self.known:
            raise BadParameter("scripted: give says=LINE;LINE or a file with completions")

    @classmethod
    def reads(cls, parameters: Mapping[str, Any]) -> list[str]:
        """Return the file: who says something else is another player."""
        return [str(file_of(str(parameters["file"])))] if parameters.get("file") else []

    def act(self, observation: Observation) -> Any:
        """Return the move that a line names; where it names none, the line, which is a fault."""
        line = self._line(observation)
        action = observation.parse(line)
        return line if action is None else action

    def _line(self, observation: Observation) -> str:
        if self.known and (line := self.known.get(observation.text.strip())) is not None:
            return line
        if not self.says:
            return ""
        if self.order == "random":
            return self.says[int(observation.u * len(self.says))]
        count: int = observation.memory.get("said", 0)
        observation.memory["said"] = count + 1
        return self.says[count % len(self.says)]
