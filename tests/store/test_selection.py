"""Every filter means what it says, told by looking at each match by itself."""

import pytest

from arena.errors import UsageError
from arena.history import MatchQuery, match_id, parse_match
from arena.records import Episode, Match
from arena.roles import Store
from arena.store import selection, sql, writing


@pytest.fixture
def filled(store, make_record, make_game, make_episodes):
    """Return a history of three tournaments, and all its matches."""
    hex_game = make_game(name="openspiel/hex:board_size=5", alias="hex:board_size=5")
    store.begin(make_record())
    store.begin(make_record(game=hex_game, entrants=make_record().entrants[::-1]))
    store.begin(make_record())
    store.add(1, make_episodes(range(150)))
    for begin in range(6):  # blocks whose numbers interleave, as those of several workers do
        store.add(2, make_episodes(range(150 + begin, 300, 6)))
    for begin in (400, 300, 350):
        store.add(3, make_episodes(range(begin, begin + 50)))
    return store, list(store.replays())


def holds(stored, agent):
    """Return the seats that `agent` holds."""
    entrants = [stored.entrants[i] for i in stored.episode.match.seats]
    return [s for s, e in enumerate(entrants) if agent in (e.name, e.spec, e.agent)]


def winner(stored):
    """Return the seat that won: None for a draw or a void match."""
    episode = stored.episode
    values = [-9 if i in episode.offenders else r for i, r in enumerate(episode.returns)]
    if episode.ending == "void" or values[0] == values[1]:
        return None
    return values.index(max(values))


FILTERS = {
    "all": ({}, lambda m: True),
    "full name": ({"environment": "openspiel/hex:board_size=5"}, lambda m: m.tournament == 2),
    "alias": ({"environment": "tic_tac_toe"}, lambda m: m.tournament in (1, 3)),
    "unknown": ({"environment": "hex"}, lambda m: False),
    "tournament": ({"tournament": 2}, lambda m: m.tournament == 2),
    "entrant": ({"agent": "champion"}, lambda m: holds(m, "champion")),
    "spec": ({"agent": "learner"}, lambda m: holds(m, "learner")),
    "agent": ({"agent": "mcts"}, lambda m: holds(m, "mcts")),
    "ending": ({"ending": "truncated"}, lambda m: m.episode.ending == "truncated"),
    "void": ({"ending": "void"}, lambda m: m.episode.ending == "void"),
    "faults": ({"faults": True}, lambda m: m.episode.faults),
    "no faults": ({"faults": False}, lambda m: not m.episode.faults),
    "draw": (
        {"result": "draw"},
        lambda m: m.episode.ending != "void" and winner(m) is None,
    ),
    "decided": ({"result": "win"}, lambda m: winner(m) is not None),
    "seat 0": ({"result": "0"}, lambda m: winner(m) == 0),
    "seat 1": ({"result": "1"}, lambda m: winner(m) == 1),
    "seat 9": ({"result": "9"}, lambda m: False),
    "forfeit": ({"result": "forfeit"}, lambda m: m.episode.ending == "forfeit"),
    "wins": ({"agent": "mcts", "result": "win"}, lambda m: winner(m) in holds(m, "mcts")),
    "losses": (
        {"agent": "mcts", "result": "loss"},
        lambda m: holds(m, "mcts") and winner(m) is not None and winner(m) not in holds(m, "mcts"),
    ),
    "opponent": ({"opponent": "champion"}, lambda m: holds(m, "champion")),
    "met": (
        {"agent": "mcts", "opponent": "random"},
        lambda m: any(i != j for i in holds(m, "mcts") for j in holds(m, "random")),
    ),
    "itself": ({"agent": "mcts", "opponent": "mcts"}, lambda m: len(holds(m, "mcts")) > 1),
    "in seat 1": ({"agent": "mcts", "seat": 1}, lambda m: 1 in holds(m, "mcts")),
    "in seat 9": ({"agent": "mcts", "seat": 9}, lambda m: False),
    "since": ({"since": 1_700_000_100.0}, lambda m: m.episode.started >= 1_700_000_100.0),
    "until": ({"until": 1_700_000_100.0}, lambda m: m.episode.started < 1_700_000_100.0),
    "long": ({"shortest": 3}, lambda m: m.episode.turns >= 3),
    "short": ({"longest": 2}, lambda m: m.episode.turns <= 2),
    "many": (
        {"agent": "random", "environment": "tic_tac_toe", "faults": True, "ending": "forfeit"},
        lambda m: (
            holds(m, "random") and m.tournament != 2 and m.episode.ending == "forfeit"
        ),
    ),
}  # fmt: skip


NONE = ("unknown", "seat 9", "in seat 9", "itself")


@pytest.mark.parametrize("name", FILTERS)
def test_filters(filled, name, monkeypatch):
    monkeypatch.setattr(sql, "BLOCK", 40)
    store, everything = filled
    wanted, condition = FILTERS[name]
    expected = [stored.id for stored in everything if condition(stored)]
    assert len(expected) > 5 or name in NONE
    query = MatchQuery(**wanted)
    assert [row.match for row in store.matches(query)] == expected
    assert [stored.id for stored in store.replays(query)] == expected
    newest = MatchQuery(**wanted, limit=55)
    assert [row.match for row in store.matches(newest)] == expected[-55:]


def test_pages_go_by_the_last_id_seen_both_ways(filled):
    store, everything = filled
    ids = [stored.id for stored in everything]
    seen: list[int] = []
    while page := list(store.matches(MatchQuery(after=seen[-1] if seen else 0, limit=70))):
        seen += [row.match for row in page]
    assert seen == ids
    seen = []
    while page := list(store.matches(MatchQuery(before=seen[0] if seen else None, limit=70))):
        seen = [row.match for row in page] + seen
    assert seen == ids


def test_a_listing_goes_on_while_matches_arrive(filled, make_episodes, monkeypatch):
    monkeypatch.setattr(sql, "BLOCK", 10)
    store, _ = filled
    rows = store.matches(MatchQuery(tournament=3))
    next(rows)
    store.add(3, make_episodes(range(450, 460)))
    assert [row.number for row in rows][-1] == 459


def test_single_player_and_cooperative_matches_have_no_winner(store, make_record, make_game):
    game = make_game(kind="cooperative", sides=((0, 1),))
    tournament = store.begin(make_record(game=game))
    match = Match(0, (0, 0), 1, 1)
    store.add(tournament, [Episode(match, (1.0, 1.0), "terminal", 1, [0, 0], (), 0.0, 0.0)])
    assert list(store.matches(MatchQuery(result="draw"))) == []
    assert list(store.matches(MatchQuery(result="win"))) == []


def test_teams_win_together(store, make_record, make_game):
    game = make_game(seats=4, sides=((0, 2), (1, 3)))
    tournament = store.begin(make_record(game=game))
    match = Match(0, (0, 1, 0, 1), 1, 1)
    returns = (1.0, -1.0, 1.0, -1.0)
    store.add(tournament, [Episode(match, returns, "terminal", 1, [0, 0], (), 0.0, 0.0)])
    for query, count in (
        (MatchQuery(result="2"), 1),
        (MatchQuery(result="3"), 0),
        (MatchQuery(agent="random", result="win"), 1),
        (MatchQuery(agent="random", result="loss"), 0),
        (MatchQuery(agent="mcts", result="loss"), 1),
    ):
        assert len(list(store.matches(query))) == count


@pytest.mark.parametrize("result", ["wins", "", "-1", "62"])
def test_a_result_that_is_none_is_wrong_use_at_once(filled, result):
    with pytest.raises(UsageError, match=r"no result .*win, loss, draw"):
        filled[0].matches(MatchQuery(result=result))


def test_match_ids_are_written_in_two_ways():
    assert parse_match("3000000017") == parse_match("3/17") == match_id(3, 17) == 3_000_000_017
    for text in ("", "x", "3/", "/3", "3/x", "-1", "1.5", "3/1/2", "²", "9" * 30):
        with pytest.raises(UsageError, match="is not a match"):
            parse_match(text)


def test_the_newest_are_read_although_their_blocks_are_joined_meanwhile(
    store, make_record, make_episodes, monkeypatch
):
    monkeypatch.setattr(writing, "MANY", 4)
    monkeypatch.setattr(sql, "BLOCK", 2)
    store.begin(make_record())
    for number in range(3):
        store.add(1, make_episodes([number]))
    rows = store.matches(MatchQuery(limit=3))
    assert next(rows).number == 0
    store.add(1, make_episodes([3]))
    assert [row.number for row in rows] == [1, 2]


def test_filters_hold_across_more_tournaments_than_are_read_at_once(
    store, make_record, make_episodes, monkeypatch
):
    monkeypatch.setattr(selection, "_AT_A_TIME", 2)
    for _ in range(5):
        tournament = store.begin(make_record())
        store.add(tournament, make_episodes(range(10)))
    everything = [row.match for row in store.matches()]
    assert everything == [match_id(t, n) for t in range(1, 6) for n in range(10)]
    before = MatchQuery(before=match_id(4, 3), limit=25)
    assert [row.match for row in store.matches(before)] == everything[8:33]
    after = MatchQuery(after=match_id(2, 8), limit=15)
    assert [row.match for row in store.matches(after)] == everything[19:34]


@pytest.mark.parametrize("result", ["win", "loss", None])
def test_the_newest_against_each_is_what_a_query_each_finds(filled, result):
    store = filled[0]
    names = {seat for row in store.matches() for seat in row.seats}
    for agent in names:
        query = MatchQuery(agent=agent, result=result)
        quick = store.newest_against(query, sorted(names))
        assert quick == Store.newest_against(store, query, sorted(names))
    assert store.newest_against(MatchQuery(agent="nobody"), sorted(names)) == {}
