"""Files of results, read."""

from __future__ import annotations

import pytest

from arena.errors import UsageError
from arena.outcomes import read_outcomes


@pytest.fixture
def written(tmp_path):
    """Write a file and return its path."""

    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def rows(outcomes):
    names = list(outcomes.names)
    return [
        (names[left], names[right], score)
        for left, right, score in zip(outcomes.left, outcomes.right, outcomes.score)
    ]


def test_winners(written):
    path = written("r.csv", "left,right,winner\na,b,left\nb,c,right\nc,a,tie\n")
    assert rows(read_outcomes(path)) == [("a", "b", 1), ("b", "c", 0), ("c", "a", 0.5)]


def test_scores_in_any_column_with_any_others(written):
    text = '\ufeffscore, Right ,date,left\r\n0.25,"b, b",2026,a\r\n\r\n1,a,,"b, b"\r\n'
    path = written("R.CSV", text)
    assert rows(read_outcomes(path)) == [("a", "b, b", 0.25), ("b, b", "a", 1)]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "must name left,right,winner or left,right,score"),
        ("white,black,winner\na,b,left\n", 1, "header is 'white,black,winner'"),
        ("left,right,winner,score\na,b,left,1\n", 1, "must name left,right,winner or"),
        ("left,right,winner\na,b,left\na,b,draw\n", 3, "winner 'draw' is none of left, right"),
        ("left,right,score\na,b,1.5\n", 2, "score '1.5' is not a number from 0 to 1"),
        ("left,right,score\na,b,nan\n", 2, "score 'nan'"),
        ("left,right,score\na,b,\n", 2, "score ''"),
        ("left,right,winner\n\na,b\n", 3, "2 columns where 3 are needed"),
        ("left,right,winner\n ,b,left\n", 2, "a player has no name"),
        ('left,right,winner\n"a\n1",b,left\na,b,won\n', 4, "winner 'won'"),
    ],
)
def test_what_is_wrong_with_a_csv_is_told_with_its_line(written, text, line, told):
    path = written("r.csv", text)
    with pytest.raises(UsageError) as error:
        read_outcomes(path)
    assert str(error.value).startswith(f"{path}, line {line}: ") and told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("r.txt", "left", "neither a .csv nor a .pgn"),
        ("r.csv", "left,right,winner\n", "holds no results"),
        ("r.csv", b"left,right,winner\n\xfc,b,left\n", "is not UTF-8 text"),
        ("r.pgn", "", "holds no results"),
        ("r.pgn", '[White "a"]\n[Result "1-0"]\n\n1-0\n', "line 1: the game has no tag Black"),
        ("r.pgn", '\n[White "a"]\n[Black "b"]\n[Result "won"]\n', "line 2: result 'won' is none"),
    ],
)
def test_files_that_cannot_be_read(written, name, text, told):
    with pytest.raises(UsageError, match=told):
        read_outcomes(written(name, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match=r"no\.csv cannot be read: No such file"):
        read_outcomes(tmp_path / "no.csv")


PGN = r"""% made by hand
[Event "one"]
[White "Polgar, J."]
[Black "O\"Hara \\ sons"]
[Result "1-0"]

1. e4 {a comment [%clk 0:01]
[White "not a tag"] } e5 (1... c5 {another}) 2. Nf3 ; the rest is {no comment
2... Nc6 1-0

[Event "two"]
[White "O\"Hara \\ sons"]
[Black "Polgar, J."]
[Result "1/2-1/2"]

1/2-1/2
[White "x"]
[Black "y"]
[Result "*"]

*

[White "x"]
[Black "y"]
[Result "0-1"]
[White "y"]
[Black "x"]
[Result "0-1"]
"""


def test_pgn(written):
    outcomes = read_outcomes(written("g.pgn", PGN))
    hara = 'O"Hara \\ sons'
    assert rows(outcomes) == [
        ("Polgar, J.", hara, 1), (hara, "Polgar, J.", 0.5), ("x", "y", 0), ("y", "x", 0),
    ]  # fmt: skip
    assert outcomes.skipped == 1


def test_pgn_is_latin_1_where_it_is_not_utf_8(written):
    text = '[White "Réti"]\n[Black "Müller"]\n[Result "1-0"]\n\n1-0\n'
    for encoding in ("utf-8", "utf-8-sig", "latin-1"):
        assert rows(read_outcomes(written("g.pgn", text.encode(encoding)))) == [
            ("Réti", "Müller", 1)
        ]


def test_pgn_as_the_chess_library_writes_it(written):
    pgn = pytest.importorskip("chess.pgn")
    texts = []
    for white, black, result in (("a", "b", "1-0"), ("b", 'c "d"', "0-1"), ("a", "b", "*")):
        game = pgn.Game()
        game.headers.update({"White": white, "Black": black, "Result": result})
        node = game.add_variation(
            pgn.chess.Move.from_uci("e2e4"), comment='[White "z"]\nlong ' * 30
        )
        node.add_variation(pgn.chess.Move.from_uci("e7e5"))
        texts.append(str(game))
    outcomes = read_outcomes(written("g.pgn", "\n\n".join(texts)))
    assert rows(outcomes) == [("a", "b", 1), ("b", 'c "d"', 0)] and outcomes.skipped == 1
