"""What seats see: the mask apart, copies only, secrets kept."""

import numpy as np
from arena_pettingzoo.families import Mpe2, PettingZoo

import arena

ZOO = PettingZoo()


def begun(name, seed=0, family=ZOO, **parameters):
    environment = family.make(name, **parameters)
    environment.reset(arena.Luck(seed))
    return environment


def test_the_mask_is_no_part_of_what_is_seen():
    toe = begun("tictactoe_v3")
    assert toe.spec.seats[0].observation_space.shape == (3, 3, 2)
    assert toe.observe(0).shape == (3, 3, 2)
    assert begun("rps_v2").legal(0) is None


def test_a_seat_of_rock_paper_scissors_sees_a_number():
    assert begun("rps_v2").observe(0) == 3


def test_what_was_seen_is_never_changed():
    pong = begun("cooperative_pong_v6", max_cycles=20)
    seen = pong.observe(0)
    assert seen.any()  # the library leaves it black unless it is made to draw
    kept = seen.copy()
    for _ in range(5):
        pong.step({0: 1, 1: 2})
    assert np.array_equal(seen, kept) and not np.array_equal(pong.observe(0), kept)


def test_words_hide_what_the_seat_may_not_know():
    hanabi = begun("hanabi_v5")
    table = hanabi.render()
    mine, theirs = (hanabi.text(seat).partition("-----") for seat in (0, 1))
    assert mine[0].count("XX ||") == 5 and theirs[2].count("XX ||") == 0
    assert table.count("XX ||") == 0
    leduc = begun("leduc_holdem_v4", seed=5)
    hands = [line.split("hand ")[1][:2] for line in leduc.render().splitlines()]
    assert hands[0] != hands[1]
    assert hands[1] not in leduc.text(0) and hands[0] not in leduc.text(1)


def test_the_first_to_move_at_hanabi_may_be_anyone():
    first = {begun("hanabi_v5", seed, random_start_player=True).acting() for seed in range(20)}
    assert first == {(0,), (1,)}


def test_particles_have_words_and_a_map():
    world = begun("simple_world_comm_v3", family=Mpe2())
    assert world.label(0, 7) == "right, say B" and world.label(1, 3) == "down"
    drawn = world.render()
    assert all(str(seat) in drawn for seat in range(6)) and "leadadversary_0" in drawn
    free = begun("simple_spread_v3", family=Mpe2(), continuous_actions=True)
    assert free.label(0, np.zeros(5, np.float32)) == "[0. 0. 0. 0. 0.]"


def test_dead_agents_are_not_asked():
    knights = begun("knights_archers_zombies_v11", seed=2, line_death=True, max_cycles=300)
    asked = [knights.acting()]
    while asked[-1]:
        knights.step({seat: 5 if seat else 0 for seat in asked[-1]})  # one walks off, the rest wait
        asked.append(knights.acting())
    assert asked[0] == (0, 1, 2, 3) and asked[-1] == ()
    assert any(0 < len(seats) < 4 for seats in asked)
