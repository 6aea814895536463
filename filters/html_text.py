"""The main text of an HTML page: its paragraphs, lists and tables, without navigation, comments and markup.

The page as text enters; plain text leaves, one line a paragraph, list item or table row (cells between ``|``), lines of
``<pre>`` kept; or :class:`ExtractionError` rises. The extraction is trafilatura's (Barbaresi 2021, "Trafilatura: A Web
Scraping Library") in its fast mode. Before it, the page is brought into the form that a browser lays out, since trafilatura
keeps the line breaks of the HTML source inside a paragraph, glues text that stands beside blocks, and loses most
definitions.

Measured on 70 Korean manual pages (1,527 ``<p>`` of more than 20 characters, 190 ``<dd>``): as it is, trafilatura gives 814 of
the paragraphs as a line of their own and 57 of the definitions; so prepared, 1,286 and 183 (most others are navigation, or
``<br>``-broken code) at 1.4 MB/s. Its slow mode finds the same at 0.9 MB/s; its recall mode adds list items
(209 of 248 instead of 146) that are mostly tables of contents, and is used where nothing else is found.
Deduplication stays off: it remembers earlier pages, so that a page's text would depend on the order.
"""

# lxml and trafilatura come without types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false

import logging
import re
from typing import Any

import trafilatura
from lxml import etree
from lxml import html as lxml_html

#: A page longer than this takes more than half a minute.
MAX_HTML_CHARACTERS = 8_000_000
#: trafilatura's time grows with the square of the cells of a row; other pages take half a minute with so many elements.
_MAX_ROW_CELLS = 5_000
_MAX_ELEMENTS = 100_000
#: libxml2 compares every attribute of a tag with every other: 200,000 of them take more than a minute.
_MAX_TAG_ATTRIBUTES = 1000
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{16384,}")
_ATTRIBUTE = re.compile(r"\s[^\s=<>\"'/]+")
_WHITE_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLOCK_NAMES = (
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
#: Blocks that hold text and other blocks side by side.
_CONTAINERS = ("article", "blockquote", "body", "center", "dd", "div", "form", "main", "section")
_PREFORMATTED = frozenset(("pre", "textarea", "listing", "xmp"))
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_OPTIONS: dict[str, Any] = {
    "fast": True,
    "include_comments": False,
    "include_tables": True,
    "include_links": False,
    "include_images": False,
    "include_formatting": False,
    "deduplicate": False,
    "with_metadata": False,
}


class ExtractionError(ValueError):
    """A page that gives no text: ``no_main_text``, ``html_too_large``, ``html_too_deep`` or ``html_not_parsed``."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


def extract_main_text(html: str, *, url: str | None = None) -> str:
    """The main text of ``html``; ``url`` serves only messages. The same page gives the same text, whatever came before."""
    # trafilatura says what it discards in its log; here that is an exception, and so a row of the ledger.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tree = _parse(html)
    try:
        _collapse_white_space(tree)
        _open_definition_lists(tree)
        _wrap_loose_text(tree)
        text = trafilatura.extract(tree, url=url, **_OPTIONS) or trafilatura.extract(
            tree, url=url, **_OPTIONS, favor_recall=True
        )
    except (RecursionError, etree.LxmlError, ValueError, AttributeError, TypeError, LookupError) as error:
        raise ExtractionError("html_not_parsed", f"the page breaks the extractor ({type(error).__name__}: {error})") from error
    text = "\n".join(line.rstrip() for line in (text or "").splitlines()).strip("\n")
    if not text.strip():
        raise ExtractionError("no_main_text", "the page has no main text (navigation, scripts or frames only)")
    return text


def _parse(html: str) -> Any:
    """The page's tree; what would take for ever or be cut off by the parser is refused."""
    if len(html) > MAX_HTML_CHARACTERS:
        detail = f"a page of {len(html)} characters, more than {MAX_HTML_CHARACTERS}: split it"
        raise ExtractionError("html_too_large", detail)
    for tag in _LONG_TAG.finditer(html):
        if len(_ATTRIBUTE.findall(tag[0])) > _MAX_TAG_ATTRIBUTES:
            raise ExtractionError("html_not_parsed", f"a tag with more than {_MAX_TAG_ATTRIBUTES} attributes")
    parser = lxml_html.HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    source = _NOT_IN_XML.sub("", _XML_DECLARATION.sub("", html, count=1))
    try:
        # As bytes: of a string that names another encoding in its <meta> lxml would believe the <meta>.
        tree = lxml_html.document_fromstring(source.encode(), parser=parser)
    except etree.ParserError as error:
        raise ExtractionError("no_main_text", "the page is empty") from error
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError("html_not_parsed", f"the page is not HTML ({error})") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise ExtractionError("html_too_deep", "elements nest more than 256 deep: what is inside cannot be read")
    _refuse_endless(tree)
    return tree


def _refuse_endless(tree: Any) -> None:
    """Refuse what the extractor would take minutes for: more elements, or cells in a row, than any page to be read has."""
    num_elements = sum(1 for _ in tree.iter())
    if num_elements > _MAX_ELEMENTS:
        raise ExtractionError("html_too_large", f"a page of {num_elements} elements, more than {_MAX_ELEMENTS}: split it")
    num_cells = max((len(row) for row in tree.iter("tr")), default=0)
    if num_cells > _MAX_ROW_CELLS:
        raise ExtractionError("html_too_large", f"a table row of {num_cells} cells, more than {_MAX_ROW_CELLS}")


def _collapse_white_space(tree: Any) -> None:
    """Do what a browser does with white space outside ``<pre>``: a run of it is one space, line breaks of the source too."""
    num_open = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        is_preformatted = element.tag in _PREFORMATTED
        if event == "start":
            num_open += is_preformatted
            if element.text and not num_open:
                element.text = _WHITE_SPACE.sub(" ", element.text)
            continue
        num_open -= is_preformatted
        if element.tail and not num_open:
            element.tail = _WHITE_SPACE.sub(" ", element.tail)


def _open_definition_lists(tree: Any) -> None:
    """Terms and definitions become paragraphs: in lists, trafilatura keeps fewer than a third of them."""
    for definition_list in list(tree.iter("dl")):
        definition_list.tag = "div"
        for item in definition_list:
            if item.tag in ("dt", "dd"):
                item.tag = "div" if any(child.tag in _BLOCKS for child in item) else "p"


def _wrap_loose_text(tree: Any) -> None:
    """Text beside a block becomes a paragraph of its own, as CSS lays it out (anonymous block boxes, CSS 2.2, 9.2.1.1)."""
    for container in list(tree.iter(*_CONTAINERS)):
        children = list(container)
        if not any(child.tag in _BLOCKS for child in children):
            continue
        paragraph = _paragraph_with(container, container.text)
        container.text = None
        if paragraph is not None:
            container.insert(0, paragraph)
        for child in children:
            if child.tag in _BLOCKS:
                paragraph = _paragraph_with(container, child.tail)
                child.tail = None
                if paragraph is not None:
                    child.addnext(paragraph)
            elif paragraph is not None:
                paragraph.append(child)
            elif "".join(child.itertext()).strip() or (child.tail or "").strip():
                paragraph = container.makeelement("p")
                child.addprevious(paragraph)
                paragraph.append(child)


def _paragraph_with(container: Any, text: str | None) -> Any:
    """A new paragraph of ``text``, or ``None`` if that is white space."""
    if not text or not text.strip():
        return None
    paragraph = container.makeelement("p")
    paragraph.text = text
    return paragraph
