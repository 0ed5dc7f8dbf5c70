"""Writes docs/methods.md, the page of all systems: ``python docs/write_methods.py``.

What a system is, and what was checked against a public source, stands below; its file and its row
in the results of the suite ``sample`` are looked up. A test fails where a method has no entry.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import NamedTuple

from hierhash.methods.registry import presets, summary
from hierhash.reports.markdown import markdown_table
from hierhash.reports.runs import Run, asks_real, counted, load_results, own_distance
from hierhash.reports.section import Table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "methods.md"


class About(NamedTuple):
    """What is known of a system.

    Args:
        paper: Authors and place; empty for what is ours or has none.
        year: Of the paper.
        kind: What it learns from, and how.
        tree: What it uses of the label tree.
        checked: Against which public source its formula was read, and where that differs.
    """

    paper: str
    year: str
    kind: str
    tree: str
    checked: str


OURS = "no public source: the paper's words"
NETWORK = "both modalities, network"
PICTURES = "pictures, network"
DCMH = "jiangqy/DCMH-CVPR2017 (MATLAB and TensorFlow differ: dcmh.md)"
ABOUT = {
    "expected_tree_codes": About(
        "", "2026", NETWORK, "weighted S, head of all levels, centres", "ours: our-method.md"
    ),
    "hierarchical_dcmh": About(
        "", "2026", NETWORK, "weighted S, a head for each level", "ours, on DCMH"
    ),
    "dcmh_multitask_flat": About("", "2026", NETWORK, "leaf S, leaf head", "ours, on DCMH"),
    "dcmh_tuned": About("Jiang & Li, CVPR", "2017", NETWORK, "leaf S", DCMH),
    "dcmh_leaf": About("Jiang & Li, CVPR", "2017", NETWORK, "leaf S", DCMH),
    "dcmh_any": About("Jiang & Li, CVPR", "2017", NETWORK, "S of any shared ancestor", DCMH),
    "dcmh_published": About("Jiang & Li, CVPR", "2017", NETWORK, "leaf S", DCMH),
    "soft_contrast": About(
        "Khosla et al., NeurIPS", "2020", NETWORK, "leaves", "the paper's equation 2"
    ),
    "orthohash": About(
        "Hoe et al., NeurIPS",
        "2021",
        NETWORK,
        "leaves",
        "kamwoh/orthohash: scale 8, margin .2 on the cosine, as here",
    ),
    "csq": About(
        "Yuan et al., CVPR",
        "2020",
        NETWORK,
        "leaves",
        "swuxyj/DeepHash-pytorch, a port: it cuts classes beyond 2 K; here random codes follow",
    ),
    "dsph": About(
        "Huo et al., TCSVT; HyP2: Xu et al., CVPR",
        "2023",
        NETWORK,
        "leaves, or all ancestors as labels",
        "QinLab-WFU/DSPH: proxies have a rate of their own and zeta is read from a table there",
    ),
    "hichnet": About(
        "Sun et al., SIGIR",
        "2019",
        NETWORK,
        "a part of the code and a head for each level",
        "CCSun-cs/HichNet's formulas: all K bits for each level there, classifiers over n x batch",
    ),
    "shdch": About(
        "Zhan et al., ACM MM",
        "2020",
        NETWORK,
        "class codes of every level",
        "SDU-MIMA/SHDCH's formulas: its test of convergence always stops after one sweep",
    ),
    "hpdh": About(
        "Zhang et al., arXiv:1901.11259",
        "2019",
        NETWORK,
        "Gaussians around centres of every level",
        "mzhang367/hpdh: exponentials that vanish, centres of empty classes not a number",
    ),
    "hmlc": About(
        "Zhang et al., CVPR",
        "2022",
        NETWORK,
        "contrast of every level, constrained",
        "salesforce/hierarchicalContrastiveLearning: a division by zero without a positive",
    ),
    "dch": About(
        "Xu et al., TIP",
        "2017",
        "both modalities, closed forms and turns over bits",
        "leaves, or levels by weight",
        "the circulated script: its turns over bits are commented out, its feature term is off",
    ),
    "gsph": About(
        "Mandal et al., CVPR",
        "2017",
        "both modalities, codes then kernel logistic regression",
        "leaf S, cosine of labels, or weighted S",
        "devraj89/Generalized-Semantic-Preserving-Hashing-for-N-Label-Cross-Modal-Retrieval",
    ),
    "shdh": About("Wang et al., AAAI", "2018", PICTURES, "a part of the code for each level", OURS),
    "shdh_cross_modal": About(
        "after Wang et al., AAAI", "2018", NETWORK, "a part of the code for each level", OURS
    ),
    "cnnh": About(
        "Xia et al., AAAI",
        "2014",
        PICTURES,
        "leaves",
        "swuxyj/DeepHash-pytorch, a port: its first stage holds a matrix of n x n",
    ),
    "ninh": About("Lai et al., CVPR", "2015", PICTURES, "leaves", OURS),
    "dsrh": About("Zhao et al., CVPR", "2015", PICTURES, "depth of the common ancestor", OURS),
    "dlbhc": About("Lin et al., CVPR Workshops", "2015", PICTURES, "leaves", OURS),
    "dlbhc_fine": About("Lin et al., CVPR Workshops", "2015", PICTURES, "leaves", OURS),
    "drsch": About("Zhang et al., TIP", "2015", PICTURES, "leaves", OURS),
    "semantic_hashing": About(
        "Salakhutdinov & Hinton, IJAR", "2009", "texts, autoencoder", "nothing", OURS
    ),
    "minhash": About("Broder", "1997", "texts as sets of words", "nothing", "datasketch does it"),
    "lsh": About(
        "Charikar, STOC", "2002", "picture features, random planes", "nothing", "the definition"
    ),
    "itq": About(
        "Gong & Lazebnik, CVPR", "2011", "picture features, rotation", "nothing", "the paper"
    ),
    "features_sign": About("", "", "picture features, one bit each", "nothing", "scikit-learn"),
    "features_pq": About("Jegou et al., PAMI", "2011", "picture features", "nothing", "faiss"),
    "features_opq": About("Ge et al., PAMI", "2014", "picture features", "nothing", "faiss"),
    "features_rabitq": About(
        "Gao & Long, SIGMOD", "2024", "picture features", "nothing", "the paper's theorem 3.2"
    ),
    "features_cosine": About("", "", "picture features, floats", "nothing", "the definition"),
    "bm25": About(
        "Robertson & Zaragoza", "2009", "words, floats", "nothing", "the formula of Lucene"
    ),
    "tfidf_cosine": About("", "", "words, floats", "nothing", "the definition"),
    "posterior_float": About("", "", "both modalities, classifiers, floats", "head", "ours"),
    "posterior_hyperplanes": About(
        "Charikar, STOC", "2002", "both modalities, classifiers", "head", "the definition"
    ),
    "classifier_code": About("", "", "both modalities, classifiers", "head", "ours"),
    "posterior_signs": About("", "", "chances of our network", "head, weighted S", "scipy"),
    "posterior_itq": About(
        "Gong & Lazebnik, CVPR", "2011", "chances of our network", "head, weighted S", "the paper"
    ),
    "posterior_pq": About(
        "Jegou et al., PAMI", "2011", "chances of our network", "head, weighted S", "faiss"
    ),
    "posterior_opq": About(
        "Ge et al., PAMI", "2014", "chances of our network", "head, weighted S", "faiss"
    ),
    "polysemous_tree_codes": About(
        "",
        "2026",
        "chances of our network",
        "weighted S, head of all levels, centres",
        "ours, after Babenko & Lempitsky, CVPR 2014, and Douze et al., ECCV 2016",
    ),
    "posterior_rabitq": About(
        "Gao & Long, SIGMOD", "2024", "chances of our network", "head, weighted S", "theorem 3.2"
    ),
}
HEAD = """# Every system

<!-- Made by docs/write_methods.py; do not edit. -->

All systems that `hierhash train` and `hierhash bench` know by name, under one interface
([Add a method](add_a_method.md)) and one protocol ([Protocol](protocol.md)). Where a public source
could be read, the formula was checked against it, and what is wrong or other there stands under
*checked* and in the file. Every loss that learns by plain batches, whole as a system trains by
it, and DCMH's terms are held to slow, literal forms in `tests/reference/`, in value and gradient;
heads that are plain cross-entropies are held to PyTorch's own. Every system is held to the
interface's promises.

To train one, leave `model:` out of the config, or say `hierhash train sample method=orthohash
model=null`. That is its preset as it is; in a suite a row with `common: false` and no trials of its
own tries the settings that come with the preset and keeps the best on validation items, which some
systems need to be of use. Which one for which product: [Which method](choose.md).

The row is the sample's, at 32 bits or at the one size that the system has, with the settings that
the suite's trials chose: map_leaf / hap, mean over seeds, by the system's own distance, or, where
codes have none, by real queries. All rows and other sets stand in [Arena](arena.md) and
[Results](results.md). A row that is not there was not run on the sample.

"""


def page(results: Path) -> str:
    """The page as text."""
    runs, _ = load_results("sample", results)
    rows = [
        [
            name,
            summary(name).replace("`", "").partition(": ")[0].rstrip("."),
            _row(runs, name),
            one.paper,
            one.year,
            one.kind,
            one.tree,
            one.checked,
            f"hierhash/methods/{name}.py",
        ]
        for name, one in ABOUT.items()
        if name in presets()
    ]
    header = ["name", "system", "row", "paper", "year", "kind", "of the tree", "checked", "file"]
    return HEAD + markdown_table(Table(header, rows, names=len(header)))


def _row(runs: list[Run], name: str) -> str:
    own = [run for run in runs if run["name"] == name and run["bits"] == 32]
    said = []
    for way in ("i2t", "t2i", "i2i", "t2t"):
        found = [run["results"]["all"].get(way, {}).get(own_distance(run)) for run in own]
        alone = way in ("i2t", "t2i") or not said
        if found and None not in found and alone:
            said.append(
                f"{way} {mean(one['map_leaf'] for one in found):.3f} / "
                f"{mean(one['hap'] for one in found):.3f} (n={counted(own, way)})"
            )
    real = " (real query)" if own and asks_real(own[0]) else ""
    return ", ".join(said) + real


if __name__ == "__main__":
    PAGE.write_text(page(ROOT / "benchmarks" / "results"), encoding="utf-8")
