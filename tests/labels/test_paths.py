from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hierhash.labels import format_path, parse_path
from hierhash.labels.paths import clean_name, name_problem

names = st.text(min_size=1).map(clean_name).filter(bool)


@given(st.lists(names).map(tuple))
def test_text_form_reads_back(path):
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("A", ("A",)),
        (" A / B ", ("A", "B")),
        (r"A\/B/C", ("A/B", "C")),
        (r"A\\/C", ("A\\", "C")),
        (r"C:\dir", (r"C:\dir",)),
        ("A//B", ("A", "", "B")),
    ],
)
def test_parse(text, path):
    assert parse_path(text) == path


@pytest.mark.parametrize("name", ["", "a\tb", "a\u2028b", "x" * 501, "\ufffe"])
def test_names_that_cannot_be(name):
    assert name_problem(name)


@pytest.mark.parametrize("name", ["No", "~", "می‌خواهم", "👩‍👩‍👧", "a/b", "服装\u3000上衣"])
def test_names_in_any_script(name):
    assert name_problem(name) is None
