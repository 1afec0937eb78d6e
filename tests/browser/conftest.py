"""A real browser. Without Chromium these tests skip, with a sentence; in continuous checks they fail."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.stage import Stage


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for longer than this package's tests: while Playwright is open, nothing else can run an event loop here."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sentence = "No Chromium was found: install Debian's package chromium to run the tests that look at pages."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def stage(browser: Browser) -> Iterator[Callable[..., Stage]]:
    """A function that opens a `Stage` for a widget's script. At the end none may have asked for anything or thrown."""
    stages: list[Stage] = []

    def open_stage(script: str, state: dict[str, object], *, width: int = 1000, scheme: str = "light") -> Stage:
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
        stages.append(Stage(page, script, state))
        return stages[-1]

    yield open_stage
    for one in stages:
        one.page.close()
    assert [asked for one in stages for asked in one.asked] == []
    assert [fault for one in stages for fault in one.faults] == []


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """A function that says in words what axe finds wrong in a part of a page, ours where none is named."""

    def violations(page: Page, part: str = ".ftw") -> list[str]:
        found = Axe().run(page, context=part).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {node['html']:.200}"
            for one in found
            for node in one["nodes"]
        ]

    return violations
