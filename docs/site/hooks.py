"""What mkdocs is told while it builds the site: pages that stand elsewhere in the repository, and their links.

Markdown here links as it must in the repository (`../reports/resnet50.md`), so that it can be read there; the site
has its own places for README, the reports and the like, and `on_page_markdown` leads the links to them.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import posixpath
import re
from pathlib import Path
from typing import Any

import jieba
from mkdocs.structure.files import File

SITE = Path(__file__).parent
ROOT = SITE.parents[1]
ELSEWHERE = {  # a file of the repository: its place in the site
    "README.md": "index.md",
    "README.zh-CN.md": "zh/index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "license.md",
}
APART = ("docs/site/", "docs/app/")  # what builds the site and the page in the browser
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(?=[)#])")
FENCED = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)

jieba.setLogLevel("WARNING")
jieba.load_userdict(str(SITE / "words.txt"))  # the field's terms, which search must find whole


def repository() -> dict[str, str]:
    """Every file that the site shows, by its path in the repository, with its place in the site.

    >>> repository()["reports/resnet50.md"], repository()["docs/start.md"]
    ('reports/resnet50.md', 'start.md')
    """
    places = {source: place for source, place in ELSEWHERE.items() if (ROOT / source).exists()}
    for folder in ("reports", "docs/site/assets", "docs"):
        for file in sorted((ROOT / folder).rglob("*")):
            path = file.relative_to(ROOT).as_posix()
            apart = folder == "docs" and path.startswith(APART) and path != "docs/app/index.html"
            if file.is_file() and path not in places and not apart:
                places[path] = path.removeprefix("docs/site/").removeprefix("docs/")
    return places


def on_config(config: Any) -> Any:
    """The pages of a folder where the navigation names one."""
    named = set(_links(config["nav"]))
    config["nav"] = [part for each in config["nav"] for part in _expanded(each, named)]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Pages and pictures from outside the folder of pages."""
    for path, place in repository().items():
        if path.startswith("docs/site/") or not path.startswith("docs/"):
            files.append(File.generated(config, place, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_others: Any) -> str:
    """Links as the site needs them."""
    places = repository()
    source = next((path for path, place in places.items() if place == page.file.src_uri), "")
    if source == "LICENSE":
        return f"# Licence\n\n```text\n{markdown}\n```\n"
    parts = FENCED.split(markdown)
    parts[::2] = [LINK.sub(lambda link: _led(link[0], source, page.file.src_uri, places), part) for part in parts[::2]]
    return "".join(parts)


def on_post_build(config: Any) -> None:
    """The page that runs the package in the browser; left out, but for its first file, where npm is not installed."""
    spec = importlib.util.spec_from_file_location("app_build", ROOT / "docs" / "app" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    if app.has_npm():
        app.build(Path(config["site_dir"]) / "app")
    else:
        logging.getLogger("mkdocs").info(
            "app/: npm is not installed; the page that measures in the browser is left out"
        )


def _led(link: str, source: str, here: str, places: dict[str, str]) -> str:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    return posixpath.relpath(places[target], posixpath.dirname(here) or ".") if target in places else link


def _links(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [link for part in (nav.values() if isinstance(nav, dict) else nav) for link in _links(part)]


def _expanded(part: Any, named: set[str]) -> list[Any]:
    if isinstance(part, str):
        return _pages(part, named) if part.endswith("/") else [part]
    (title, inner), *_ = part.items()
    if isinstance(inner, str):
        return [{title: _pages(inner, named)}] if inner.endswith("/") else [part]
    return [{title: [each for one in inner for each in _expanded(one, named)]}]


def _pages(folder: str, named: set[str]) -> list[str]:
    """The pages of a folder, its index first; reports in the order of the course, then the others."""
    inside = [place for place in repository().values() if place.startswith(folder) and place.endswith(".md")]
    course = re.findall(r"\]\((\w+\.md)\)", (ROOT / "reports" / "lecture_guide.md").read_text(encoding="utf-8"))
    order = {f"reports/{name}": place for place, name in reversed(list(enumerate(course)))}
    known = [place for place in inside if place not in named and os.sep not in place.removeprefix(folder)]
    return sorted(known, key=lambda place: (not place.endswith("/index.md"), order.get(place, len(order)), place))
