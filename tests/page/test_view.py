"""What a person does with the page: typing, filters, the way back, the keyboard, a phone."""

from __future__ import annotations

import pytest

from tests.cli.small_run import hierhash


@pytest.fixture(scope="module")
def page(faceted, tmp_path_factory):
    file = tmp_path_factory.mktemp("view") / "search.html"
    said = hierhash("export-page", faceted / "index", file, "--title", "A <b>shop</b>")
    assert said.code == 0, said.err
    return file.as_uri()


def test_typing_shows_pictures_titles_paths_and_what_was_understood(page, opened):
    own = opened(page)
    assert own.page.inner_text("#name") == "A <b>shop</b>"
    own.search("red hats")
    read = own.page.locator(".read").all_inner_texts()
    assert read[0].startswith("Wear › Hats")
    assert "%" in read[0]
    first = own.page.locator(".card").first
    assert "Wear › Hats" in first.inner_text()
    assert first.locator("img").evaluate("(one) => one.complete && one.naturalWidth > 0")
    assert own.page.inner_text("#status").startswith("The nearest 24 of ")


def test_an_answer_is_a_query_and_back_goes_back(page, opened):
    own = opened(page)
    found = own.search("red hats")
    own.page.click(f".card[data-id={found[2]}]")
    own.page.wait_for_selector("#seed:not([hidden])")
    near = own.ids()
    assert found[2] not in near
    assert f"like={found[2]}" in own.page.url
    again = opened(own.page.url)
    assert again.ids() == near
    own.page.go_back()
    own.page.wait_for_selector("#seed", state="hidden")
    assert own.ids() == found
    assert own.page.input_value("#text") == "red hats"
    own.page.go_forward()
    own.page.wait_for_selector("#seed:not([hidden])")
    assert own.ids() == near


def test_tree_and_facets_filter_and_their_chips_take_them_away(page, opened):
    own = opened(page)
    own.page.click("[data-key='Wear']")
    own.ids()
    own.page.click("[data-key='Wear/Shoes']")
    own.ids()
    own.page.click("[data-key='colour=blue']")
    own.ids()
    assert own.page.inner_text("#crumbs").replace("\n", " ").split() == [
        *("All", "›", "Wear", "›", "Shoes"),
    ]
    assert own.page.get_attribute("[data-key='Wear/Shoes']", "aria-pressed") == "true"
    chips = own.page.locator("#chips span")
    assert chips.count() == 2
    assert {one.split("\n")[0] for one in own.page.locator(".card .path").all_inner_texts()} == {
        "Wear › Shoes"
    }
    shared = opened(own.page.url)
    assert shared.ids() == own.ids()
    own.page.click("#chips button >> nth=0")
    own.ids()
    assert "under=" not in own.page.url
    assert "colour%3Dblue" in own.page.url
    own.page.click("#home")
    own.ids()
    assert own.page.locator("#chips span").count() == 0


def test_numbers_have_a_range_and_an_order(page, opened):
    own = opened(page)
    own.page.fill("[aria-label='Most Price']", "5")
    own.page.press("[aria-label='Most Price']", "Enter")
    own.page.wait_for_selector("#chips span")
    own.page.select_option("#sort", "price desc")
    found = [int(one.removeprefix("i")) for one in own.ids()]
    assert found == sorted(found, reverse=True)
    assert set(found) <= {0, 1, 2, 3, 4}
    assert f"{found[0]}.50" in own.page.locator(".card").first.inner_text()


def test_a_range_is_filled_in_from_field_to_field(page, opened):
    own = opened(page)
    own.page.focus("[aria-label='Least Price']")
    own.page.keyboard.type("2")
    own.page.keyboard.press("Tab")
    own.page.keyboard.type("5")
    own.page.keyboard.press("Enter")
    own.page.wait_for_selector("#chips span >> nth=1")
    assert set(own.ids()) <= {"i2", "i3", "i4"}


def test_what_was_typed_and_not_sent_counts_when_a_filter_is_clicked(page, opened):
    own = opened(page)
    own.page.fill("#text", "hats")
    own.page.click("[data-key='colour=red']")
    own.page.wait_for_selector(".read")
    assert own.page.input_value("#text") == "hats"
    assert "text=hats" in own.page.url


def test_weights_of_parts_of_the_code_are_sliders(page, opened):
    own = opened(page)
    own.search("red hats")
    own.page.click("#weights summary")
    slider = own.page.locator("#sliders input >> nth=1")
    slider.fill("0")
    slider.dispatch_event("change")
    own.ids()
    assert "weigh=colour%3D0" in own.page.url


def test_more_goes_on_where_the_page_ends(page, opened):
    own = opened(page)
    first = own.search("red hats")
    own.page.click("#more")
    own.page.locator(".card").nth(24).wait_for()
    every = own.ids()
    assert every[:24] == first
    assert len(set(every)) == len(every) > 24


def test_what_says_nothing_is_told_and_the_next_search_works(page, opened):
    own = opened(page)
    own.search("qqqqq")
    own.page.wait_for_selector("#trouble:not([hidden])")
    assert "no word of it is known" in own.page.inner_text("#trouble")
    assert own.page.get_attribute("#trouble", "role") == "alert"
    assert own.page.locator("#trouble button").count() == 0
    assert own.search("red hats")
    assert own.page.is_hidden("#trouble")


def test_no_item_is_an_empty_state(page, opened):
    own = opened(f"{page}?where=price%3E%3D9999")
    assert "Nothing here" in own.page.inner_text("#grid")
    assert own.page.inner_text("#status") == "0 items"


def test_everything_is_reached_by_keyboard(page, opened):
    own = opened(page)
    own.page.keyboard.press("/")
    own.page.keyboard.type("red hats")
    own.page.keyboard.press("Enter")
    found = own.ids()
    own.page.keyboard.press("ArrowDown")
    own.page.keyboard.press("ArrowRight")
    here = "document.activeElement.dataset.id"
    assert own.page.evaluate(here) == found[1]
    own.page.keyboard.press("ArrowDown")
    assert own.page.evaluate(here) in found[2:]
    own.page.keyboard.press("Enter")
    own.page.wait_for_selector("#seed:not([hidden])")
    own = opened(page)
    own.page.keyboard.press("Tab")
    assert own.page.evaluate("document.activeElement.className") == "skip"


def test_a_filter_keeps_the_focus(page, opened):
    own = opened(page)
    own.page.focus("[data-key='colour=red']")
    own.page.keyboard.press("Enter")
    own.page.wait_for_selector("[data-key='colour=red'][aria-pressed=true]")
    assert own.page.evaluate("document.activeElement.dataset.key") == "colour=red"
    own.page.keyboard.press("Enter")
    own.page.wait_for_selector("[data-key='colour=red'][aria-pressed=false]")


def test_a_phone_has_the_filters_in_a_drawer_and_nothing_sticks_out(page, opened):
    own = opened(page, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    own.search("red hats")
    assert own.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert own.page.is_hidden("#side")
    own.page.tap("#open-side")
    assert own.page.is_visible("#side")
    own.page.tap("[data-key='colour=blue']")
    own.ids()
    assert own.page.inner_text("#close-side").startswith("Show ")
    own.page.tap("#close-side")
    assert own.page.is_hidden("#side")
    assert own.page.inner_text("#filter-count") == "1"


def test_dark_is_dark_and_both_are_readable(page, opened):
    script = """() => {
      const light = (text) => {
        const parts = text.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
        const linear = parts.map(
          (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4),
        );
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
      };
      const style = (tag) => getComputedStyle(document.querySelector(tag));
      const [body, path] = [style("body"), style(".path")];
      return [body.backgroundColor, body.color, path.color].map(light);
    }"""
    for scheme in ("light", "dark"):
        own = opened(page, color_scheme=scheme)
        own.search("red hats")
        paper, *inks = own.page.evaluate(script)
        assert (paper < 0.1) == (scheme == "dark")
        for ink in inks:
            dim, bright = sorted((paper, ink))
            assert (bright + 0.05) / (dim + 0.05) >= 4.5


def test_names_of_everything_are_there_for_a_screen_reader(page, opened):
    own = opened(page)
    own.search("red hats")
    nameless = own.page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, a")]
          .filter((one) => one.offsetParent && !one.innerText.trim())
          .filter((one) => !one.getAttribute("aria-label") && !one.labels?.length)
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    assert own.page.get_attribute("#status", "aria-live") == "polite"
    for tag in ("header", "main", "nav"):
        assert own.page.locator(tag).count() >= 1
