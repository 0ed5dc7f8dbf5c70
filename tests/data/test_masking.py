from __future__ import annotations

import pytest

from hierhash.data.masking import mask_texts, stem
from hierhash.data.readers.sample import read_sample
from hierhash.labels import LabelTree, parse_path

TREE = LabelTree.from_nested(
    {
        "Apparel": {"Topwear": ["Tshirts", {"name": "Tops", "aliases": ["Blouses"]}]},
        "Footwear": {"Shoes": ["Casual Shoes", "Flip Flops"]},
        "その他": ["靴下"],
    },
    name="t",
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Puma Men T-Shirt", "Puma Men"),
        ("Puma Men t shirt red", "Puma Men red"),
        ("Lee TSHIRTS", "Lee"),
        ("silk blouse", "silk"),
        ("Nike Flipflops", "Nike"),
        ("Nike Flip-Flops (blue)", "Nike (blue)"),
        ("Casual day", "day"),
        ("apparel for men", "apparel for men"),
        ("赤い靴下です", "赤い です"),
        ("Stopwatch", "Stopwatch"),
        ("tops", ""),
        (None, None),
    ],
)
def test_leaf_names_go_everywhere(text: str | None, masked: str | None) -> None:
    assert mask_texts([text], [[]], TREE) == [masked]


def test_inner_names_go_from_their_own_items() -> None:
    texts = ["apparel for men", "apparel for men"]
    paths = [[("Apparel", "Topwear", "Tops")], [("Footwear", "Shoes")]]
    assert mask_texts(texts, paths, TREE) == ["for men", "apparel for men"]


def test_no_masked_text_of_the_sample_holds_a_leaf_name() -> None:
    sample = read_sample()
    assert sample.tree is not None
    paths = [[parse_path(label) for label in own] for own in sample.labels]
    masked = mask_texts(sample.texts, paths, sample.tree)
    names = {stem(leaf[-1]) for leaf in sample.tree.leaves}
    assert sum(len(text or "") for text in masked) > 0.5 * sum(len(t or "") for t in sample.texts)
    for text in masked:
        assert not names & {stem(word) for word in (text or "").split()}
