"""Models are read from and written to folders of safetensors and JSON; nothing is unpickled."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from arena_llm.models import load, save, template_in
from arena_llm.prompts import read_template

from arena import UsageError


def test_a_folder_comes_back_as_it_was_saved(tiny: Path, tmp_path: Path) -> None:
    import torch

    first = load(tiny)
    save(first.model, first.tokenizer, tmp_path / "copy", first.template)
    second = load(tmp_path / "copy")
    states = first.model.state_dict(), second.model.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert second.tokenizer("x(0,0) o(1,1)").input_ids == first.tokenizer("x(0,0) o(1,1)").input_ids
    assert second.template == first.template == read_template("moves").source


def test_a_prompt_template_is_read_from_json_and_from_the_bare_text_it_was_before(
    tiny: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    text = read_template("bare").source
    (folder / "prompt.json").unlink()
    assert load(folder).template is None
    (folder / "prompt.jinja").write_text(text)
    assert load(folder).template == text
    for wrong, told in (("{", "is no JSON"), ("[1]", "no prompt template"), ("{}", "write {")):
        (folder / "prompt.json").write_text(wrong)
        with pytest.raises(UsageError, match=f"prompt.json.*{told}"):
            template_in(folder)


def test_a_folder_holds_safetensors_and_json_only(tiny: Path) -> None:
    suffixes = {file.suffix for file in tiny.rglob("*") if file.is_file()}
    assert suffixes == {".safetensors", ".json"}


def test_a_pickle_is_refused_and_never_opened(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "bad", ignore=shutil.ignore_patterns("*.safetensors"))
    bomb = b"cos\nsystem\n(S'touch " + str(tmp_path / "boom").encode() + b"'\ntR."
    (tmp_path / "bad" / "pytorch_model.bin").write_bytes(bomb)
    with pytest.raises(UsageError, match=r"no safetensors file but pytorch_model.bin"):
        load(tmp_path / "bad")
    assert not (tmp_path / "boom").exists()


def test_code_beside_a_model_is_not_run(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "custom"
    shutil.copytree(tiny, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {
        "AutoConfig": "evil.EvilConfig", "AutoModelForCausalLM": "evil.Evil"}}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'boom')!r}, 'w')\n")
    with pytest.raises(UsageError, match="cannot be read"):
        load(folder)
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize("name", ["nowhere", "./no/where", "/no/where"])
def test_a_folder_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(UsageError, match="is no folder here"):
        load(name)


def test_a_causal_model_is_no_reward_model(tiny: Path) -> None:
    with pytest.raises(UsageError, match="without a scalar head"):
        load(tiny, head="score")


def test_a_scalar_head_is_made_saved_and_read(tiny: Path, tmp_path: Path) -> None:
    import torch

    made = load(tiny, head="score", fresh=True)
    save(made.model, made.tokenizer, tmp_path / "reward")
    again = load(tmp_path / "reward", head="score")
    assert torch.equal(made.model.score.weight, again.model.score.weight)
    assert again.model.score.weight.shape == (1, 64)
