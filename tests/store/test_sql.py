"""Tournaments and matches come back as they were kept, in every database."""

from dataclasses import replace

import numpy as np
import pytest

from arena.errors import StoreError
from arena.history import EVERYTHING, EntrantRecord, MatchQuery, match_id
from arena.store import writing
from arena.store.shelf import headers


def test_a_tournament_comes_back(store, make_record):
    record = make_record()
    assert store.begin(record) == 1
    found = store.tournament(1)
    assert (found.record, found.state, found.matches, found.seconds) == (record, "running", 0, None)
    store.set_state(1, "finished", 2.5)
    assert (store.tournament(1).state, store.tournament(1).seconds) == ("finished", 2.5)
    store.set_state(1, "interrupted")
    assert (store.tournament(1).state, store.tournament(1).seconds) == ("interrupted", 2.5)


def test_parameters_and_odd_games_come_back(store, make_record, make_game):
    game = make_game(
        name="x/team:size=2", alias=None, seats=4, kind="cooperative", zero_sum=False,
        sides=((0, 2), (1, 3)), returns=(None, None),
    )  # fmt: skip
    tournament = store.begin(make_record(game=game, entrants=(), kind="import"))
    found = store.tournament(tournament).record
    assert (found.game, found.entrants, found.kind) == (game, (), "import")
    assert store.environments() == [game]


def test_tournaments_are_listed_oldest_first_with_their_counts(store, make_record, make_episodes):
    for seed in (5, 6):
        store.begin(make_record(seed=seed))
    store.add(2, make_episodes(range(3)))
    lines = [tournament.as_json() for tournament in store.tournaments()]
    assert [(line["tournament"], line["seed"], line["matches"]) for line in lines] == [
        (1, 5, 0), (2, 6, 3),
    ]  # fmt: skip
    assert (lines[0]["environment"], lines[0]["full_name"]) == (
        "tic_tac_toe",
        "openspiel/tic_tac_toe",
    )
    assert lines[0]["entrants"] == ["random", "mcts:simulations=40", "champion"]


def test_entrants_join_after_those_that_are_there(store, make_record, make_episodes):
    late = EntrantRecord("late", "random", "random")
    one, other = (store.begin(make_record()) for _ in range(2))
    store.add(one, make_episodes(range(5)))
    before = store.results(one)
    store.amend(one, "ladder:joins=late@2", "{}", [late])
    stored = store.tournament(one)
    assert stored.record == make_record(
        format="ladder:joins=late@2", definition="{}", entrants=(*make_record().entrants, late)
    )
    assert store.results(one).entrants == (*before.entrants, "late")
    assert store.results(one).lineups == before.lineups and stored.matches == 5
    assert store.tournament(other).record == make_record()
    with pytest.raises(StoreError, match="no tournament 3"):
        store.amend(3, "ladder", "{}", [])


def test_every_match_comes_back_whole(store, make_record, make_episodes):
    episodes = make_episodes(range(200))
    tournament = store.begin(make_record())
    assert store.add(tournament, episodes[:77]) == 77
    assert store.add(tournament, episodes[77:]) == 123
    assert [stored.episode for stored in store.replays()] == episodes
    stored = store.match(match_id(tournament, 42))
    assert stored.episode == episodes[42]
    assert (stored.tournament, stored.game) == (tournament, make_record().game)
    assert stored.entrants == make_record().entrants
    row = next(iter(store.matches(MatchQuery(after=stored.id - 1, limit=1))))
    assert row == stored.row
    assert row.seats == tuple(stored.entrants[i].name for i in episodes[42].match.seats)


def test_what_is_stored_is_not_stored_again(store, make_record, make_episodes):
    tournament = store.begin(make_record())
    store.add(tournament, make_episodes([5, 3, 8]))
    before = list(store.replays())
    again = [
        episode._replace(returns=(9.0, 9.0), faults=before[0].episode.faults * 5)
        for episode in make_episodes([8, 3, 5])
    ]
    assert store.add(tournament, [*again, *make_episodes([1])]) == 1
    assert [stored for stored in store.replays() if stored.row.number != 1] == before
    assert store.tournament(tournament).matches == 4


def test_a_batch_that_fails_is_not_stored_at_all(store, make_record, make_episodes):
    tournament = store.begin(make_record())
    bad = make_episodes([2])[0]
    bad = bad._replace(match=bad.match._replace(number=10**9))
    with pytest.raises(StoreError, match="from 0 to 999999999"):
        store.add(tournament, [*make_episodes(range(2)), bad])
    assert list(store.matches()) == []
    assert store.add(tournament, make_episodes(range(2))) == 2  # and what it knew is forgotten
    assert [row.number for row in store.matches()] == [0, 1]


def test_numbers_tell_a_resume_what_to_skip(url, store, make_record, make_episodes):
    first, second = store.begin(make_record()), store.begin(make_record())
    assert store.numbers(first).tolist() == []
    store.add(first, make_episodes([9, 2, 4]))
    store.add(second, make_episodes([1]))
    store.close()
    resumed = type(store)(url)
    numbers = resumed.numbers(first)
    assert (numbers.dtype, numbers.tolist()) == (np.int64, [2, 4, 9])
    assert resumed.add(first, make_episodes([2, 3])) == 1
    assert resumed.numbers(first).tolist() == [2, 3, 4, 9]
    resumed.close()


def test_seeds_of_63_bits_and_times_are_kept_exactly(store, make_record, make_episodes):
    [episode] = make_episodes([0])
    episode = episode._replace(
        match=episode.match._replace(seed=2**63 - 1, deal=-1),
        started=1_793_000_000.123456, seconds=1e-7, returns=(0.1, -1e300),
    )  # fmt: skip
    tournament = store.begin(make_record(seed=2**63 - 1))
    store.add(tournament, [episode])
    assert store.match(match_id(tournament, 0)).episode == episode
    assert store.tournament(tournament).record.seed == 2**63 - 1


def test_no_episodes_are_no_write(store):
    assert store.add(1, []) == 0
    assert list(store.tournaments()) == []


def test_unknown_ids_are_errors_that_say_where_to_look(store, make_record, make_episodes):
    store.begin(make_record())
    for call in (store.tournament, store.numbers, store.results):
        with pytest.raises(StoreError, match=r"no tournament 7 in .*arena tournaments"):
            call(7)
    with pytest.raises(StoreError, match="no tournament 7"):
        store.add(7, make_episodes([0]))
    with pytest.raises(StoreError, match="no tournament 7"):
        store.set_state(7, "finished")
    with pytest.raises(StoreError, match=r"no match 1/0 in .*arena matches"):
        store.match(10**9)


def test_an_absent_history_reads_as_an_empty_one(store):
    assert list(store.tournaments()) == []
    assert list(store.matches()) == list(store.replays(EVERYTHING)) == []
    assert store.environments() == []
    assert len(store.results_of("tic_tac_toe")) == 0
    with pytest.raises(StoreError, match="no tournament 1"):
        store.tournament(1)


def test_unusual_text_is_kept(store, make_record, make_episodes):
    [episode] = make_episodes([0])
    name = 'Zoë\'s "agent", 日本 100%'
    known = make_record().entrants
    entrants = tuple(replace(e, name=f"{name}{e.name}", spec=name) for e in known)
    tournament = store.begin(make_record(entrants=entrants))
    store.add(tournament, [episode])
    assert store.tournament(tournament).record.entrants == entrants
    assert len(list(store.matches(MatchQuery(agent=name)))) == 1


def test_small_blocks_are_joined_and_nothing_is_lost(
    url, store, make_record, make_episodes, monkeypatch
):
    monkeypatch.setattr(writing, "MANY", 5)
    tournament = store.begin(make_record())
    episodes = make_episodes(range(33))
    for one in episodes[::-1]:
        assert store.add(tournament, [one]) == 1
    assert [stored.episode for stored in store.replays()] == episodes
    other = type(store)(url)
    with other._database.read() as connection:
        assert len(headers(connection, tournament)) <= 33 // 4
    assert other.add(tournament, episodes) == 0
    assert [stored.episode for stored in other.replays()] == episodes
    other.close()
    wrong = [episode for episode in episodes if episode.faults]
    assert [s.episode for s in store.replays(MatchQuery(faults=True))] == wrong
    assert store.numbers(tournament).tolist() == list(range(33))
