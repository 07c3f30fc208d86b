"""Exported lines say what the history says."""

import csv
import io
import json

import pytest

from arena.errors import UsageError
from arena.history import MatchQuery
from arena.store.export import export


@pytest.fixture
def filled(store, make_record, make_game, make_episodes):
    """Return a history with a game of two seats and one of three."""
    store.add(store.begin(make_record()), make_episodes(range(60)))
    three = make_game(name="x/three", alias=None, seats=3, sides=((0,), (1,), (2,)))
    [episode] = make_episodes([1])
    episode = episode._replace(
        match=episode.match._replace(seats=(0, 1, 2)), returns=(0.1, 0.2, -0.3)
    )
    store.add(store.begin(make_record(game=three)), [episode])
    return store


def test_jsonl(filled):
    out = io.StringIO()
    assert export(filled, "jsonl", MatchQuery(tournament=1), out) == 60
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    rows = list(filled.matches(MatchQuery(tournament=1)))
    assert lines == [json.loads(json.dumps(row.as_json())) for row in rows]
    assert list(lines[0])[:3] == ["match", "number", "tournament"]
    fault = next(line["faults"][0] for line in lines if line["faults"])
    assert list(fault) == ["seat", "turn", "kind", "cost", "message"]


def test_jsonl_with_moves(filled):
    out = io.StringIO()
    export(filled, "jsonl", MatchQuery(tournament=1), out, moves=True)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    for line, stored in zip(lines, filled.replays(MatchQuery(tournament=1)), strict=True):
        assert line["moves"] == stored.episode.moves
        assert (line["columns"] is None) == (stored.episode.columns is None)


def test_csv(filled):
    out = io.StringIO()
    assert export(filled, "csv", MatchQuery(), out) == 61
    lines = list(csv.DictReader(io.StringIO(out.getvalue())))
    for line, row in zip(lines, filled.matches(), strict=True):
        assert int(line["match"]) == row.match
        assert int(line["seed"]) == row.seed
        assert int(line["faults"]) == len(row.faults)
        for i in range(3):
            inside = i < len(row.seats)
            assert line[f"seat_{i}"] == (row.seats[i] if inside else "")
            assert line[f"return_{i}"] == (str(row.returns[i]) if inside else "")


def test_csv_has_as_many_seats_as_the_games_asked_for(filled):
    for query in (MatchQuery(tournament=1), MatchQuery(environment="tic_tac_toe")):
        out = io.StringIO()
        export(filled, "csv", query, out)
        assert "seat_1,return_0,return_1,ending" in out.getvalue()


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_nothing_to_export_prints_nothing(store, form):
    out = io.StringIO()
    assert export(store, form, MatchQuery(), out) == 0
    assert out.getvalue() == ""


def test_wrong_formats(store):
    with pytest.raises(UsageError, match="no export format 'xml': write one of jsonl, csv"):
        export(store, "xml", MatchQuery(), io.StringIO())
    with pytest.raises(UsageError, match="csv has no room for moves"):
        export(store, "csv", MatchQuery(), io.StringIO(), moves=True)
