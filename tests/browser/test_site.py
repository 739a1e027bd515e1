"""The documentation as mkdocs builds it, opened from disk in a real browser: links, console, search, connections."""

from __future__ import annotations

import subprocess
import sys
import time
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag

import pytest

from ..docs.sessions import ROOT

pytestmark = pytest.mark.docs
CONFIG = ROOT / "docs" / "site" / "mkdocs.yml"
READY = "document.querySelector('.md-search-result__meta').textContent.startsWith('Type')"
FOUND = "[...document.querySelectorAll('a.md-search-result__link')].map(each => each.getAttribute('href'))"


class Links(HTMLParser):
    """What a page links to and loads, and the places in it that a link can lead to."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.places = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places |= {found[name] for name in ("id", "name") if found.get(name)}
        self.targets += [found[name] for name in ("href", "src") if found.get(name)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built strictly: a warning is an error (but not with `-q`, which hides warnings from `--strict` too)."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(CONFIG), "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="module")
def read(site):
    """Every page by its path, read."""
    return {
        page.relative_to(site).as_posix(): Links(page.read_text(encoding="utf-8"))
        for page in sorted(site.rglob("*.html"))
        if page.name != "404.html"  # shown at any address: its links begin with /
    }


def test_no_link_is_dead(site, read):
    dead = []
    for name, page in read.items():
        for target in page.targets:
            path, place = urldefrag(target)
            if target.startswith(("http:", "https:", "data:", "mailto:")):
                continue
            file = ((site / name).parent / unquote(path)).resolve() if path else site / name
            inside = file.relative_to(site.resolve()).as_posix() if path else name
            known = read[inside].places | {"__tabbed"} if inside in read else {unquote(place)}
            if not file.is_file() or (place and unquote(place) not in known):
                dead.append(f"{name}: {target}")
    assert dead == []


def test_every_page_is_reached_from_the_first(site, read):
    reached, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in read:
            continue
        reached.add(name)
        for target in read[name].targets:
            path = unquote(urldefrag(target)[0])
            if path and ":" not in path:
                file = ((site / name).parent / path).resolve()
                waiting.append(file.relative_to(site.resolve()).as_posix())
    assert reached == set(read)


def test_nothing_is_fetched_from_another_host(site, read):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "fonts.googleapis" not in text
        assert '<script src="http' not in text
        assert '<link rel="stylesheet" href="http' not in text


@pytest.mark.parametrize(
    "name",
    ["index", "start", "tutorial", "rules", "design_file", "python", "commands/verify", "reports/resnet50", "zh/start"],
)
def test_no_complaint_and_no_connection(chromium, site, name):
    chromium.look()
    chromium.open(site / f"{name}.html")
    chromium.run("new Promise(done => setTimeout(done, 300))")
    assert chromium.complaints == []
    assert [each for each in chromium.requests if not each.startswith(("file:", "data:", "blob:", "about:"))] == []
    loaded = chromium.run("performance.getEntriesByType('resource').map(each => each.name)")
    assert [each for each in loaded if not each.startswith("file:")] == []


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("receptive field", "receptive"),
        ("感受野", "zh/"),
        ("残差块", "zh/"),
        ("squeeze", "tutorial"),
        ("TransposedConv2d", "rules"),
    ],
)
def test_search_finds(chromium, site, query, page):
    """From disk, with no server: the index comes with the page."""
    chromium.look()
    chromium.open(site / "start.html")
    chromium.run("document.querySelector('[data-md-component=search-query]').focus()")
    wait_for(chromium, READY)
    chromium.call("Input.insertText", text=query)
    found = wait_for(chromium, FOUND)
    assert any(page in href for href in found), found
    assert chromium.complaints == []


STORIES = {  # what each of three newcomers opens one after another, by links in the text alone
    "student": ("start.html", "lessons.html", "reports/vgg19_plain34_resnet34.html"),
    "student in Chinese": ("zh/index.html", "zh/start.html", "zh/lessons.html", "zh/lecture_guide.html"),
    "researcher": ("counted.html", "rules.html", "counted.html", "conventions.html"),
    "engineer": ("tutorial.html", "recipes.html", "contributing.html"),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_walked_by_links(chromium, site, story):
    chromium.look()
    chromium.open(site / "index.html")
    for page in STORIES[story]:
        wanted = (site / page).resolve().as_uri()
        links = "[...document.querySelectorAll('article a[href]')]"
        assert chromium.run(f"{links}.some(each => each.href.split('#')[0] === '{wanted}')"), page
        chromium.run(f"{links}.find(each => each.href.split('#')[0] === '{wanted}').click()")
        until = time.monotonic() + 20
        while (
            chromium.run("location.href.split('#')[0]") != wanted or chromium.run("document.readyState") != "complete"
        ):
            assert time.monotonic() < until, page
            time.sleep(0.1)
        assert chromium.run("document.querySelector('article h1') !== null")


def wait_for(chromium, script, patience=20):
    """What a script answers, as soon as it answers with something."""
    until = time.monotonic() + patience
    while not (answer := chromium.run(script)):
        assert time.monotonic() < until, chromium.run("document.querySelector('.md-search-result__meta').textContent")
        chromium.press("Shift", 16)  # the page listens for keys
        time.sleep(0.2)
    return answer


def test_the_commands_for_reading_are_one(site):
    """`mkdocs serve` builds and serves: the page is there over HTTP."""
    import http.client
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "serve",
        "-q",
        "--no-livereload",
        "-f",
        str(CONFIG),
        "-a",
        f"127.0.0.1:{port}",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            assert "ResNet" in _got(http.client, port, server)
        finally:
            server.terminate()


def _got(client, port, server, patience=120):
    until = time.monotonic() + patience
    while time.monotonic() < until and server.poll() is None:
        try:
            connection = client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/index.html")
            return connection.getresponse().read().decode()
        except OSError:
            time.sleep(0.5)
    raise AssertionError(server.stderr.read())
