"""Checkpoints: what is written is what is read, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.checkpoints import (
    META,
    WEIGHTS,
    add_to_meta,
    check_name,
    checkpoint_folder,
    digest_of,
    find_checkpoint,
    list_checkpoints,
    load_checkpoint,
    read_arrays,
    replace_folder,
    save_checkpoint,
    write_arrays,
    write_folder,
)
from arena.errors import UsageError

ARRAYS = {
    "keys": np.array([1, 2**64 - 1], np.uint64),
    "values": np.arange(6.0).reshape(2, 3),
    "mask": np.array([True, False]),
    "epsilon": np.array(0.1),
    "empty": np.zeros((0, 4), np.float32),
    "turned": np.arange(6, dtype=np.int64).reshape(2, 3).T,
}
MADE: dict[str, Any] = {
    "name": "mine", "trainer": "q_learning", "parameters": {"alpha": 0.5},
    "environment": "openspiel/tic_tac_toe", "alias": "tic_tac_toe", "agent": "q_table",
    "agent_parameters": {}, "seed": 3, "steps": 100, "metrics": {"return": 0.5},
}  # fmt: skip


def test_what_is_saved_is_found(tmp_path: Path) -> None:
    saved = save_checkpoint(checkpoint_folder(tmp_path, "mine"), ARRAYS, MADE)
    found = find_checkpoint(tmp_path, "mine")
    assert found == saved and found is not None
    assert (found.name, found.folder) == ("mine", str(tmp_path / "checkpoints" / "mine"))
    assert {**found.meta, **MADE} == found.meta
    assert found.meta["versions"]["numpy"] == np.__version__
    arrays = read_arrays(found.folder)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype and arrays[name].shape == array.shape
        assert (arrays[name] == array).all()
    assert list_checkpoints(tmp_path) == [found]


def test_there_is_no_other_file_and_nothing_is_left_over(tmp_path: Path) -> None:
    for _ in range(2):
        save_checkpoint(checkpoint_folder(tmp_path, "mine"), ARRAYS, MADE)
    assert {path.name for path in (tmp_path / "checkpoints").iterdir()} == {"mine"}
    assert {p.name for p in checkpoint_folder(tmp_path, "mine").iterdir()} == {META, WEIGHTS}


def test_the_digest_is_of_what_decides_how_it_plays(tmp_path: Path) -> None:
    first = save_checkpoint(tmp_path / "a", ARRAYS, MADE).digest
    same = {**MADE, "name": "other", "metrics": {}, "seconds": 9.0, "parent": "b"}
    assert save_checkpoint(tmp_path / "b", ARRAYS, same).digest == first
    other_weights = {**ARRAYS, "epsilon": np.array(0.2)}
    differ = [
        save_checkpoint(tmp_path / "c", other_weights, MADE).digest,
        save_checkpoint(tmp_path / "d", ARRAYS, {**MADE, "seed": 4}).digest,
        save_checkpoint(tmp_path / "e", ARRAYS, {**MADE, "agent_parameters": {"k": 1}}).digest,
        save_checkpoint(
            tmp_path / "f", lambda place: write_arrays(place / "x", ARRAYS), MADE
        ).digest,
    ]
    assert len({first, *differ}) == 5


def test_files_in_folders_count_too(tmp_path: Path) -> None:
    def fill(text: str) -> Any:
        def write(place: Path) -> None:
            (place / "adapter").mkdir()
            (place / "adapter" / "config.json").write_text(text)

        return write

    one = save_checkpoint(tmp_path / "a", fill("{}"), MADE)
    two = save_checkpoint(tmp_path / "b", fill("[]"), MADE)
    assert one.digest != two.digest
    assert digest_of(Path(one.folder), one.meta) == one.digest


def test_metrics_can_be_added_later(tmp_path: Path) -> None:
    saved = save_checkpoint(tmp_path / "mine", ARRAYS, MADE)
    later = add_to_meta(tmp_path / "mine", metrics={"score": 1.0}, seconds=2.0)
    assert later.digest == saved.digest and later.meta["metrics"] == {"score": 1.0}
    assert load_checkpoint(tmp_path / "mine") == later


def test_altered_files_are_noticed(tmp_path: Path) -> None:
    folder = checkpoint_folder(tmp_path, "mine")
    save_checkpoint(folder, ARRAYS, MADE)
    write_arrays(folder / WEIGHTS, {"values": np.zeros(3)})
    with pytest.raises(UsageError, match=r"'mine': the files in .* are not those that were saved"):
        find_checkpoint(tmp_path, "mine")
    assert [c.name for c in list_checkpoints(tmp_path)] == ["mine"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"format": 1}', "has no 'digest'"),
        ('{"format": 1, "digest": "x", "name": "mine"}', "has no 'trainer'"),
        (json.dumps({**MADE, "format": 2, "digest": "x"}), r"has format 2.*upgrade arena-games"),
    ],
)
def test_what_cannot_be_read_says_so_in_a_line(tmp_path: Path, text: str | None, why: str) -> None:
    folder = checkpoint_folder(tmp_path, "mine")
    folder.mkdir(parents=True)
    if text is not None:
        (folder / META).write_text(text)
    with pytest.raises(UsageError, match=why) as caught:
        find_checkpoint(tmp_path, "mine")
    assert "'mine'" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.warns(UserWarning, match="left out: checkpoint 'mine'"):
        assert list_checkpoints(tmp_path) == []


def test_weights_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"weights .* cannot be read"):
        read_arrays(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"no tensors")
    with pytest.raises(UsageError, match=r"weights .* cannot be read"):
        read_arrays(tmp_path)


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert find_checkpoint(tmp_path, "mine") is None
    assert find_checkpoint(tmp_path, "../mine") is None
    assert list_checkpoints(tmp_path) == []


def test_a_folder_that_was_renamed_goes_by_its_new_name(tmp_path: Path) -> None:
    save_checkpoint(checkpoint_folder(tmp_path, "mine"), ARRAYS, MADE)
    checkpoint_folder(tmp_path, "mine").rename(checkpoint_folder(tmp_path, "yours"))
    found = find_checkpoint(tmp_path, "yours")
    assert found is not None and found.name == "yours"
    assert [c.name for c in list_checkpoints(tmp_path)] == ["yours"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    folder = checkpoint_folder(tmp_path, "mine")
    before = save_checkpoint(folder, ARRAYS, MADE)

    def fails(place: Path) -> None:
        (place / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(folder, fails, {**MADE, "steps": 7})
    assert find_checkpoint(tmp_path, "mine") == before
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_what_died_between_two_renames_is_mended(tmp_path: Path) -> None:
    folder = checkpoint_folder(tmp_path, "mine")
    before = save_checkpoint(folder, ARRAYS, MADE)
    folder.rename(folder.with_name(".mine.old"))
    assert find_checkpoint(tmp_path, "mine") == before
    folder.rename(folder.with_name(".mine.old"))
    after = save_checkpoint(folder, ARRAYS, {**MADE, "steps": 7})
    folder.with_name(".mine.old").mkdir()
    assert find_checkpoint(tmp_path, "mine") == after
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_folders_are_replaced_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", lambda place: (place / "old").touch())
    write_folder(tmp_path / "b", lambda place: (place / "new").touch())
    replace_folder(tmp_path / "b", tmp_path / "a")
    assert [str(p.relative_to(tmp_path)) for p in sorted(tmp_path.rglob("*"))] == ["a", "a/new"]


@pytest.mark.parametrize("name", ["mine", "q-learner_2", "2.5", "_x", "A.b-C"])
def test_good_names(name: str) -> None:
    check_name(name, {"random", "mcts"})


@pytest.mark.parametrize(
    "name", ["", "a b", "../up", "a/b", ".hidden", "..", "-x", "a:b", "a=b", "ü", "bot.py", "a\n"]
)
def test_bad_names(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a checkpoint"):
        check_name(name, set())


def test_an_agents_name_is_taken() -> None:
    with pytest.raises(UsageError, match="'mcts' is the name of an agent already"):
        check_name("mcts", {"random", "mcts"})


@given(st.text(max_size=12))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    try:
        check_name(name, ())
    except UsageError:
        return
    home = Path("/home")
    assert checkpoint_folder(home, name).resolve().parent == home / "checkpoints"
