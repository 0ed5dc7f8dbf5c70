"""Make the data set of emoji by four artists from five npm packages, pinned by their hashes.

    python benchmarks/build_emoji.py $HIERHASH_DATA/emoji   # downloads the packages with npm pack
    python benchmarks/build_emoji.py OUT --packages FOLDER  # FOLDER holds their .tgz files

OUT gets metadata.jsonl, tree.yaml and images/, which the reader ``imagefolder`` takes too,
languages.jsonl (label and tags of every emoji in all languages) and LICENCES.md. An item is one
artist's drawing of one emoji. Variants of skin tone are left out, and so are emoji that none of the
artists has drawn. Needs the extra ``emoji``; the same version of resvg_py gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from npm_packages import Contents, Package, download, licences

from hierhash.data.readers.emoji import TEXTS as LANGUAGES_FILE
from hierhash.data.readers.imagefolder import METADATA, TREE
from hierhash.data.readers.sample import sample_text
from hierhash.errors import DataError, HierhashError
from hierhash.labels import LabelTree
from hierhash.labels.paths import format_path
from hierhash.storage.whole_folder import whole_folder

SIDE = 96
LICENCES = "LICENCES.md"
HEAD = """# Sources and licences

Made by `benchmarks/build_emoji.py` of hierhash. Pictures are drawings of these packages,
rendered and otherwise unchanged; each stays under the licence of its package.
"""
TEXTS = Package(
    "emojibase-data",
    "17.0.0",
    "sha512-Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",
)
ARTISTS = {
    "noto": Package(
        "@iconify-json/noto",
        "1.2.9",
        "sha512-DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
    ),
    "twemoji": Package(
        "@iconify-json/twemoji",
        "1.2.5",
        "sha512-uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
    ),
    "openmoji": Package(
        "@iconify-json/openmoji",
        "1.2.29",
        "sha512-vXdhkqcXVSO6suy+m9LbcUM3OdVyuNOtpV8/als/WqfkQIRxevL5Geb/g+6GH/Qwnq1OqksEmaDGTCmZ5nFKJQ==",
    ),
    "fluent": Package(
        "@iconify-json/fluent-emoji-flat",
        "1.2.6",
        "sha512-RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
    ),
}
Json = Mapping[str, Any]


def drawing(hexcode: str, chars: Mapping[str, str], icons: Json) -> str | None:
    """An artist's drawing of an emoji as SVG, in its own proportions; None where there is none.

    Args:
        hexcode: Of the emoji, such as ``2601-FE0F``; the packages leave FE0F out.
        chars: Code to name, as in chars.json.
        icons: As in icons.json.

    Example:
        >>> icons = {"icons": {"cloud": {"body": "<path/>", "height": 9}}, "width": 8, "height": 8}
        >>> drawing("2601-FE0F", {"2601": "cloud"}, icons).partition("viewBox=")[2]
        '"0 0 8 9"><path/></svg>'
    """
    code = hexcode.lower()
    name = chars.get(code) or chars.get(code.replace("-fe0f", ""))
    if name is None:
        return None
    own = icons["icons"][name]
    box = [own.get(key, icons.get(key, 0)) for key in ("left", "top", "width", "height")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" '
        f'viewBox="{" ".join(map(str, box))}">{own["body"]}</svg>'
    )


def rendered(svg: str) -> bytes:
    """A drawing on white as PNG; no font of the machine is read."""
    try:
        import resvg_py
    except ModuleNotFoundError:
        raise HierhashError(
            "resvg_py, which renders, is not installed; run: pip install 'hierhash[emoji]'"
        ) from None
    return resvg_py.svg_to_bytes(
        svg_string=svg, background="#ffffff", width=SIDE, height=SIDE, skip_system_fonts=True
    )


def tree_of(messages: Json, classes: Iterable[tuple[int, int]]) -> LabelTree:
    """The tree of groups and subgroups, with their keys as ids and their names in all languages.

    Args:
        messages: By language what emojibase calls them; those of ``en`` are the names in paths.
        classes: Numbers of group and subgroup.
    """
    below: dict[int, list[int]] = {}
    for group, subgroup in sorted(set(classes)):
        below.setdefault(group, []).append(subgroup)

    def node(kind: str, number: int) -> dict[str, Any]:
        own = {
            language: next(one for one in said[kind] if one["order"] == number)
            for language, said in messages.items()
        }
        names = {language: one["message"] for language, one in own.items() if language != "en"}
        return {"name": own["en"]["message"], "id": own["en"]["key"], "names": names}

    nodes = [
        {**node("groups", group), "children": [node("subgroups", one) for one in subgroups]}
        for group, subgroups in below.items()
    ]
    return LabelTree.from_nested(nodes, name="emoji", levels=["group", "subgroup"])


def items(emoji: Iterable[Json], artists: Mapping[str, Json]) -> Iterator[tuple[Json, Json, str]]:
    """Emoji by emoji and artist by artist what there is: the emoji, the row's start, the drawing.

    Args:
        emoji: As in data.json; those without a group are parts of flags.
        artists: By artist ``chars`` and ``icons`` of the package.
    """
    for one in sorted((one for one in emoji if "group" in one), key=lambda one: one["order"]):
        code = one["hexcode"].lower()
        for artist, package in artists.items():
            svg = drawing(code, package["chars"], package["icons"])
            if svg is not None:
                yield (
                    one,
                    {"id": f"{code}-{artist}", "file_name": f"images/{artist}/{code}.png"},
                    svg,
                )


def row_of(one: Json, start: Json, tree: LabelTree, messages: Json) -> dict[str, Any]:
    """A line of the metadata."""
    names = (
        next(said["message"] for said in messages["en"][kind + "s"] if said["order"] == one[kind])
        for kind in ("group", "subgroup")
    )
    (path,) = tree.paths([format_path(tuple(names))])
    return {
        **start,
        "text": sample_text(one["label"], one.get("tags", [])),
        "labels": [format_path(path)],
        "title": one["label"],
        "keywords": "|".join(one.get("tags", [])),
        "artist": start["id"].rpartition("-")[2],
        "hexcode": one["hexcode"],
    }


def languages(texts: Mapping[str, Iterable[Json]], hexcodes: Iterable[str]) -> Iterator[Json]:
    """Lines of the file of languages: label and tags of an emoji by language."""
    known = {language: {one["hexcode"]: one for one in found} for language, found in texts.items()}
    for hexcode in hexcodes:
        own = {language: found[hexcode] for language, found in known.items() if hexcode in found}
        yield {
            "hexcode": hexcode,
            "texts": {
                language: {"label": one["label"], "tags": one.get("tags", [])}
                for language, one in own.items()
            },
        }


def build(
    out: Path, texts: Contents, artists: Mapping[str, Contents], render: Callable[[str], bytes]
) -> str:
    """Write the data set, whole or not at all; gives a line that says what it holds."""
    known = sorted(name.partition("/")[0] for name in texts.names("/messages.json"))
    said = {language: texts.json(f"{language}/messages.json") for language in known}
    told = {language: texts.json(f"{language}/data.json") for language in said}
    packages = {
        artist: {"chars": own.json("chars.json"), "icons": own.json("icons.json")}
        for artist, own in artists.items()
    }
    found = list(items(told["en"], packages))
    tree = tree_of(said, ((one["group"], one["subgroup"]) for one, _, _ in found))
    hexcodes = list(dict.fromkeys(one["hexcode"] for one, _, _ in found))
    with whole_folder(out) as folder:
        for _, start, svg in found:
            file = folder / start["file_name"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(render(svg))
        rows = (row_of(one, start, tree, said) for one, start, _ in found)
        (folder / METADATA[0]).write_text(_lines(rows), encoding="utf-8")
        (folder / LANGUAGES_FILE).write_text(_lines(languages(told, hexcodes)), encoding="utf-8")
        (folder / LICENCES).write_text(licences([texts, *artists.values()], HEAD), encoding="utf-8")
        tree.to_yaml(folder / TREE)
    return (
        f"{out}: {len(found)} pictures of {len(hexcodes)} emoji by {len(artists)} artists, "
        f"{' > '.join(str(len(tree.nodes_at(level))) for level in (1, 2))} classes, "
        f"{len(said)} languages"
    )


def _lines(rows: Iterable[Json]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main() -> None:
    """Read the arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--packages", type=Path, help="folder that holds the .tgz files")
    arguments = parser.parse_args()
    out: Path = arguments.out
    try:
        if out.exists():
            raise DataError(f"{out}: exists already; remove it, or give another place")
        if not out.absolute().parent.is_dir():
            raise DataError(f"{out}: its folder does not exist; make it first")
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.packages or Path(temporary)
            if arguments.packages is None:
                download([TEXTS, *ARTISTS.values()], folder)
            artists = {artist: Contents(folder, own) for artist, own in ARTISTS.items()}
            print(build(out, Contents(folder, TEXTS), artists, rendered))
    except HierhashError as error:
        raise SystemExit(f"error: {error}") from None
    except KeyboardInterrupt:
        raise SystemExit("interrupted; nothing was written") from None


if __name__ == "__main__":
    main()
