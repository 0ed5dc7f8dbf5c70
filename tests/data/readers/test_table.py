from __future__ import annotations

import json
from pathlib import Path

import pytest

from hierhash.data.readers.table import read_table
from hierhash.errors import DataError
from tests.data.small_pictures import picture_bytes


def test_csv_with_well_known_columns(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(picture_bytes())
    table = tmp_path / "shop.csv"
    table.write_text("sku,image,title,labels,colour\n7,x.png,red hat,A/B|C,red\n8,,blue,,\n")
    shop = read_table(table)
    assert shop.ids == ["7", "8"]
    assert shop.images[0] is not None
    assert shop.images[1] is None
    assert shop.texts == ["red hat", "blue"]
    assert shop.labels == [("A/B", "C"), ()]
    assert shop.attributes == {"colour": ["red", ""]}
    assert shop.where == [f"{table}:2", f"{table}:3"]


def test_named_columns_and_levels_as_columns(tmp_path: Path) -> None:
    table = tmp_path / "shop.tsv"
    table.write_text("n\tdep\tcat\tone\ttwo\nk1\tAudio/Video\tCables\tlong\tcable\n")
    shop = read_table(table, item_id="n", text=["one", "two"], labels=["dep", "cat"])
    assert shop.ids == ["k1"]
    assert shop.texts == ["long cable"]
    assert shop.labels == [("Audio\\/Video/Cables",)]


def test_line_numbers_count_lines_not_rows(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text('id,text\n1,"two\nlines"\n1,again\n')
    shop = read_table(table)
    assert str(shop.problems[0]).startswith(f"{table}:4: id '1' was used before at {table}:2")


def test_jsonl_and_parquet_read_the_same(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    rows = [{"id": 1, "text": "a", "labels": ["X/Y", "Z"]}, {"id": 2, "text": "b", "labels": []}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    for name in ("t.jsonl", "t.parquet"):
        table = read_table(tmp_path / name)
        assert table.ids == ["1", "2"]
        assert table.labels == [("X/Y", "Z"), ()]


def test_pictures_in_a_zip(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "pics.zip", "w") as archive:
        archive.writestr("1.png", picture_bytes((0, 0, 255)))
    (tmp_path / "t.csv").write_text("image,text\n1.png,a\n2.png,b\n")
    table = read_table(tmp_path / "t.csv", images=tmp_path / "pics.zip")
    assert table.images[0] is not None
    assert table.images[0].open().getpixel((0, 0)) == (0, 0, 255)
    assert [problem.kind for problem in table.problems] == ["missing image"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "the file is empty"),
        ("t.csv", b"a,b\n1,2\n", "no column of images or texts among a, b"),
        ("t.csv", b"text,text\nx,y\n", "column 'text' appears twice"),
        ("t.csv", "text\nj\u00e4\n".encode("latin-1"), ":2: not UTF-8"),
        ("t.csv", b"text\nx\0y\n", "NUL bytes"),
        ("t.jsonl", b"[1]\n2\n", "no line holds a JSON object"),
        ("t.parquet", b"nonsense", "not a readable parquet file"),
        ("t.xlsx", b"nonsense", "not a .csv, .tsv, .jsonl or .parquet"),
    ],
)
def test_unreadable_tables_give_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as error:
        read_table(tmp_path / name)
    assert message in str(error.value)
    assert str(tmp_path / name) in str(error.value)
    assert "\n" not in str(error.value)


def test_wrong_column_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,colour\na,b\n")
    with pytest.raises(DataError, match=r"no column 'colours' for labels; did you mean 'colour'"):
        read_table(tmp_path / "t.csv", labels="colours")


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_table(tmp_path / "t.csv")
