"""The search page: served beside an index, or one file that holds the whole search."""

from hierhash.page.assembly import page_css, page_js, served_page

__all__ = ["page_css", "page_js", "served_page"]
