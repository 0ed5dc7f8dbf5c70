"""Nothing outside a catalogue is read, whichever way it is named, unless the user allows it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import io as scipy_io

from hierhash.data.catalogue import Catalogue
from hierhash.data.images import ImageRef
from hierhash.data.readers.fashion import read_fashion
from hierhash.data.readers.folders import read_folders
from hierhash.data.readers.imagefolder import read_imagefolder
from hierhash.data.readers.mat import read_mat
from hierhash.data.readers.table import read_table
from hierhash.data.sources import read
from hierhash.errors import DataError
from tests.data.small_pictures import picture_bytes

LEADS_OUT = "leads out of the catalogue"
STYLES = (
    "id,masterCategory,subCategory,articleType,productDisplayName\n1,A,B,C,good\n2,A,B,C,a link\n"
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder beside the catalogue with a picture and a text that are nobody's business."""
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "s.png").write_bytes(picture_bytes((9, 9, 9)))
    (folder / "s.txt").write_text("my password")
    return folder


def refused(catalogue: Catalogue) -> list[str]:
    return [str(problem) for problem in catalogue.problems if LEADS_OUT in str(problem)]


def pictures(catalogue: Catalogue) -> list[bool]:
    return [image is not None for image in catalogue.images]


def rows(shop: Path, *names: str) -> None:
    lines = [json.dumps({"file_name": name, "text": f"t{k}"}) for k, name in enumerate(names)]
    (shop / "metadata.jsonl").write_text("\n".join(lines) + "\n")


def test_an_imagefolder(secret: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    (shop / "in").mkdir(parents=True)
    (shop / "in" / "1.png").write_bytes(picture_bytes())
    (shop / "2.png").symlink_to(secret / "s.png")
    (shop / "out").symlink_to(secret)
    (shop / "3.png").symlink_to(shop / "in" / "1.png")
    names = ["in/1.png", "2.png", "out/s.png", "../secret/s.png", str(secret / "s.png"), "3.png"]
    rows(shop, *names)
    catalogue = read_imagefolder(shop)
    assert pictures(catalogue) == [True, False, False, False, False, True]
    assert len(refused(catalogue)) == 4
    assert refused(catalogue)[0] == (
        f"{shop}/metadata.jsonl:2: image '2.png' leads out of the catalogue {shop}; copy it there, "
        "or allow links with -o links=follow; kept without image"
    )
    followed = read("imagefolder", shop, links="follow")
    assert pictures(followed) == [True] * 6
    assert followed.problems == []
    # The catalogue itself may be reached through a link: the user named it.
    (tmp_path / "alias").symlink_to(shop)
    assert pictures(read_imagefolder(tmp_path / "alias")) == pictures(catalogue)
    with pytest.raises(DataError, match="option links: 'folow' is not inside or follow"):
        read("imagefolder", shop, links="folow")


@pytest.mark.parametrize(
    "name", ["metadata.jsonl", "tree.yaml", "image_features.npy", "text_features.npz"]
)
def test_the_other_files_of_an_imagefolder(secret: Path, tmp_path: Path, name: str) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    rows(shop, "1.png")
    (secret / name).write_bytes((shop / "metadata.jsonl").read_bytes())
    (shop / name).unlink(missing_ok=True)
    (shop / name).symlink_to(secret / name)
    with pytest.raises(DataError) as caught:
        read_imagefolder(shop)
    assert caught.value.problems == [
        f"{shop / name}: leads out of the catalogue; copy it there, or allow links with "
        "-o links=follow"
    ]


def test_folders(secret: Path, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "A").mkdir(parents=True)
    (top / "A" / "1.png").write_bytes(picture_bytes())
    (top / "A" / "1.txt").symlink_to(secret / "s.txt")
    (top / "A" / "2.png").symlink_to(secret / "s.png")
    (top / "A" / "2.txt").write_text("a text")
    (top / "B").symlink_to(secret)
    (top / "A" / "again").symlink_to(top)
    catalogue = read_folders(top)
    assert dict(zip(catalogue.ids, catalogue.texts, strict=True)) == {"A/1": None, "A/2": "a text"}
    assert pictures(catalogue) == [True, False]
    assert len(refused(catalogue)) == 2
    not_entered = [p.where for p in catalogue.problems if "a link to a folder" in p.what]
    assert not_entered == [str(top / "B"), str(top / "A" / "again")]
    followed = read_folders(top, links="follow")
    assert followed.ids == ["A/1", "A/2", "B/s"]
    assert followed.texts[0] == "my password"
    assert [problem.what for problem in followed.problems] == [
        "a link back to a folder that it lies in"
    ]


def test_a_table_and_the_pictures_that_the_user_named(secret: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "1.png").write_bytes(picture_bytes())
    table = folder / "t.csv"
    table.write_text(f"image,text\n1.png,a\n../secret/s.png,b\n{secret}/s.png,c\n../no/s.png,d\n")
    catalogue = read_table(table)
    assert pictures(catalogue) == [True, False, False, False]
    assert len(refused(catalogue)) == 3, "whether a file out there exists is not told"
    with pytest.raises(DataError, match="option links: 'no' is not inside or follow"):
        read_table(table, links="no", text="text")
    # A folder that the user named is the catalogue's own.
    named = read_table(table, images=secret)
    assert pictures(named) == [False, True, True, False]
    assert pictures(read_table(table, links="follow")) == [True, True, True, False]
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("1.png", picture_bytes())
    assert pictures(read_table(table, images=tmp_path / "p.zip")) == [True, False, False, False]


@pytest.mark.parametrize("whole_folder", [False, True])
def test_fashion(secret: Path, tmp_path: Path, whole_folder: bool) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "styles.csv").write_text(STYLES)
    (secret / "1.png").write_bytes(picture_bytes())
    (secret / "2.png").write_bytes(picture_bytes())
    if whole_folder:
        (shop / "images").symlink_to(secret)
    else:
        (shop / "images").mkdir()
        (shop / "images" / "1.png").write_bytes(picture_bytes())
        (shop / "images" / "2.png").symlink_to(secret / "2.png")
    catalogue = read_fashion(shop)
    assert pictures(catalogue) == [not whole_folder, False]
    assert len(refused(catalogue)) == 1 + whole_folder
    assert pictures(read_fashion(shop, links="follow")) == [True, True]


def test_mat_folders_and_names(secret: Path, tmp_path: Path) -> None:
    folder, named = tmp_path / "mir", tmp_path / "named"
    folder.mkdir()
    named.mkdir()
    (named / "1.png").write_bytes(picture_bytes())
    files = np.array(["1.png", "../secret/s.png"], dtype=object)
    variables = {"YAll": np.eye(2), "LAll": np.eye(2), "FAll": files}
    scipy_io.savemat(folder / "a.mat", variables)
    assert pictures(read_mat(folder, images=named)) == [True, False]
    assert pictures(read_mat(folder, images=named, links="follow")) == [True, True]
    (folder / "a.mat").rename(secret / "a.mat")
    (folder / "a.mat").symlink_to(secret / "a.mat")
    with pytest.raises(DataError, match=LEADS_OUT):
        read_mat(folder)


def test_a_file_that_becomes_a_link_after_the_catalogue_was_read(
    secret: Path, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "1.png").write_bytes(picture_bytes())
    rows(shop, "1.png")
    (image,) = read_imagefolder(shop).images
    assert image is not None
    (shop / "1.png").unlink()
    (shop / "1.png").symlink_to(secret / "s.png")
    with pytest.raises(DataError, match=LEADS_OUT):
        image.read()


def test_what_is_shown_is_a_small_picture_and_nothing_else(secret: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    Image.new("RGBA", (400, 200), (255, 0, 0, 255)).save(large)
    shown = Image.open(io.BytesIO(ImageRef(large).shown(100)))
    assert (shown.format, shown.size) == ("JPEG", (100, 50))
    assert abs(shown.getpixel((50, 25))[0] - 255) < 8
    with pytest.raises(DataError, match="not a picture"):
        ImageRef(secret / "s.txt").shown()
    # Text appended to a real picture does not come along.
    large.write_bytes(large.read_bytes() + b"my password")
    assert b"my password" not in ImageRef(large).shown()
