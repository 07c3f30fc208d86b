"""A history to fill: in SQLite, and in PostgreSQL where a server is installed."""

import os
import random
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from arena.history import EntrantRecord, GameRecord, TournamentRecord
from arena.records import Episode, Fault, Match, Ref
from arena.store.sql import SqlStore

try:
    import psycopg
except ImportError:
    psycopg = None

GAME = GameRecord(
    "openspiel/tic_tac_toe", "tic_tac_toe", Ref("openspiel/tic_tac_toe"), 2, "competitive",
    True, ((0,), (1,)), (-1.0, 1.0),
)  # fmt: skip
ENTRANTS = (
    EntrantRecord("random", "random", "random"),
    EntrantRecord("mcts:simulations=40", "mcts:simulations=40", "mcts", {"simulations": 40}),
    EntrantRecord("champion", "learner", "learner", {}, "abcd"),
)


@pytest.fixture
def make_record():
    """Return a function: what differs from a tournament of three -> its record."""
    plain = TournamentRecord(
        "tournament", GAME, ENTRANTS, "round_robin:games=2", 7, '{"seed": 7}',
        {"arena-games": "0.1.0"}, 1_700_000_000.5,
    )  # fmt: skip
    return lambda **different: replace(plain, **different)


@pytest.fixture
def make_game():
    """Return a function: what differs from tic_tac_toe -> the record of a game."""
    return lambda **different: replace(GAME, **different)


@pytest.fixture
def make_episodes():
    """Return a function: numbers -> episodes of all sorts, the same whenever it is called."""
    return lambda numbers: [_episode(number) for number in numbers]


def _episode(number):
    luck = random.Random(number)
    seats = tuple(luck.sample(range(3), 2))
    returns = luck.choice([(1.0, -1.0), (-1.0, 1.0), (0.0, 0.0)])
    ending = luck.choice(["terminal"] * 12 + ["truncated", "forfeit", "void"])
    faults, columns = (), None
    if ending == "forfeit":
        offender = luck.randrange(2)
        returns = (-1.0, 0.0) if offender == 0 else (0.0, -1.0)
        faults = (
            Fault(offender, 1, "illegal", "retry", "9 is not legal"),
            Fault(offender, 1, "exception", "forfeit", "it broke", "Traceback: ..."),
        )
    elif ending == "void":
        faults = (Fault(None, 0, "infrastructure", "void", "the server is down"),)
    elif luck.random() < 0.1:
        faults = (Fault(1, 2, "type", "random", "'a' is no action"),)
    elif luck.random() < 0.1:
        columns = {"value": [(0, 0.5), (2, None)], "thought": [(1, "the middle")]}
    log = [] if ending == "void" else [x for i in range(4) for x in (i % 2, luck.randrange(9))]
    match = Match(number, seats, luck.getrandbits(63), luck.getrandbits(63))
    started = 1_700_000_000.25 + number
    return Episode(match, returns, ending, len(log) // 2, log, faults, started, 0.125, columns)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    """Return the URL of a history that does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/history.db"
    socket = request.getfixturevalue("postgres_server")
    schema = f"arena_{uuid.uuid4().hex}"  # takes less time than a database
    with psycopg.connect(host=socket, user="postgres") as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"postgresql://postgres@/postgres?host={socket}&options=-csearch_path%3D{schema}"


@pytest.fixture(scope="session")
def postgres_server():
    """Start a PostgreSQL server that only this run can reach; return its socket's folder."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = programs[-1] if programs else shutil.which("initdb")
    if found is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    if psycopg is None:
        pytest.skip("psycopg 3 is not installed (pip install 'psycopg[binary]')")
    folder = tempfile.mkdtemp(prefix="arena-postgres-")
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control = [Path(found).with_name("pg_ctl"), "-D", f"{folder}/data", "-w", "-s"]
    _as_server([found, "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-N"])
    _as_server([*control, "-o", options, "-l", f"{folder}/log", "start"])
    yield folder
    _as_server([*control, "-m", "immediate", "stop"])
    shutil.rmtree(folder)


def _as_server(command):
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user
    )


@pytest.fixture
def store(url):
    """Return an open, empty history."""
    opened = SqlStore(url)
    yield opened
    opened.close()
