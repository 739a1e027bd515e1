"""The page that runs the package in the browser: built once, served on this machine, opened in a real Chromium."""

import importlib.util
import json
import threading
import time

import pytest

from ..browser.chromium import PATIENCE, Chromium, executable
from ..docs.sessions import ROOT

SAVED = """(() => {
    const made = URL.createObjectURL;
    URL.createObjectURL = blob => {
        if (!blob.type) blob.text().then(text => { window.saved = text; });
        return made.call(URL, blob);
    };
    HTMLAnchorElement.prototype.click = () => {};
})()"""


def build_script():
    """docs/app/build.py as a module."""
    spec = importlib.util.spec_from_file_location("app_build", ROOT / "docs" / "app" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Served:
    """A folder on a port of this machine, until it is stopped."""

    def __init__(self, script, folder):
        self.server = script.server(folder)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def script():
    module = build_script()
    if not module.has_npm() or executable() is None:
        pytest.skip("needs npm and Chromium")
    return module


@pytest.fixture(scope="session")
def folder(script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    script.build(folder)
    return folder


@pytest.fixture
def served(script, folder):
    """The page on a new port, so with nothing kept of before: `served.stop()` takes the server away."""
    served = Served(script, folder)
    yield served
    served.stop()


class Page:
    """The page, open in a browser that listens to its worker."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url
        browser.listen_to_workers()

    def open(self, fragment=""):
        self.browser.visit(f"{self.url}{fragment}")
        self.wait("document.documentElement.dataset.ready")
        self.run(SAVED)

    def run(self, script):
        return self.browser.run(script)

    def wait(self, script, patience=60):
        until = time.monotonic() + patience
        while not (value := self.run(script)):
            assert time.monotonic() < until, f"{script}: {self.problem} {self.browser.complaints}"
            time.sleep(0.02)
        return value

    def after(self, deed):
        """Do something, and wait until the answer to it is shown."""
        before = self.run("document.documentElement.dataset.shown || '0'")
        deed()
        self.wait(f"(document.documentElement.dataset.shown || '0') !== '{before}' && main.ariaBusy !== 'true'")

    def choose(self, *files):
        self.after(lambda: self.browser.choose("#file", *files))

    def show(self, kind):
        if self.run("document.querySelector('[role=tab][aria-selected=true]').dataset.kind") != kind:
            self.after(lambda: self.run(f"document.getElementById('tab-{kind}').click()"))

    def set(self, name, value, event="input"):
        field = f"const f = document.getElementById('{name}'); f.value = {json.dumps(value)};"
        self.after(lambda: self.run(f"(() => {{ {field} f.dispatchEvent(new Event('{event}')) }})()"))

    def save(self, name):
        """What the button saves in a format, as text."""
        self.run(f"window.saved = ''; document.getElementById('format').value = '{name}'")
        self.run("document.getElementById('saving').requestSubmit()")
        return self.wait("window.saved")

    @property
    def problem(self):
        return self.run("problem.hidden ? '' : problem.textContent")

    @property
    def totals(self):
        found = "[...document.querySelectorAll('#totals dd')].map(each => [each.dataset.name, each.dataset.exact])"
        return {name: int(text.replace(",", "")) for name, text in self.run(found)}


@pytest.fixture(scope="module")
def page(script, folder):
    """One page that stays open, with nothing to complain of and no connection but to its own server."""
    served = Served(script, folder)
    with Chromium() as browser:
        browser.look()
        page = Page(browser, served.url)
        page.open()
        yield page
        assert browser.complaints == []
        elsewhere = [
            each for each in browser.requests if not each.startswith((served.url, f"blob:{served.url}", "data:"))
        ]
        assert elsewhere == []
        assert any(each.endswith("pyodide.asm.wasm") for each in browser.requests), "the worker is not listened to"
    served.stop()


__all__ = ["PATIENCE", "Page", "Served"]
