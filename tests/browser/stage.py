"""A widget's script alone on a page, with a stand-in for the notebook's model that a test reads and moves."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from ftwidgets.widgets.script import FOLDER, joined

ADDRESS = "http://stage.invalid/"

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>untouched</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<style>body { margin: 0; background: light-dark(#ffffff, #111418); } :root { color-scheme: light dark; }</style>
<body><main id="views"></main></body>
</html>"""

MODEL = """
class Model {
  constructor(state) {
    this.state = state;
    this.sent = [];
    this.heard = [];
  }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; this.tell(`change:${name}`, this, value); }
  on(names, call) { for (const name of names.split(" ")) this.heard.push([name, call]); }
  off(names, call) {
    const gone = ([name, one]) => (!names || names.split(" ").includes(name)) && (!call || one === call);
    this.heard = this.heard.filter((pair) => !gone(pair));
  }
  send(message) { this.sent.push(message); }
  save_changes() {}
  tell(name, ...what) { for (const [one, call] of [...this.heard]) if (one === name) call(...what); }
  receive(...messages) { for (const message of messages) this.tell("msg:custom", message, []); }
}

import module from "/widget.js";

const widget = typeof module === "function" ? await module() : module;
window.model = new Model(window.first);
window.errors = [];
await widget.initialize?.({ model });
const ends = [];
window.show = async () => {
  const el = document.createElement("div");
  document.querySelector("#views").append(el);
  ends.push([el, await widget.render({ model, el })]);
};
window.hide = async (place) => {
  const [el, end] = ends[place];
  await end?.();
  el.remove();
};
"""

FRAMES = """() => new Promise((seen) => {
  let frames = 4;
  const next = () => (frames-- ? requestAnimationFrame(next) : seen());
  next();
})"""
"""A widget draws before the next frame; what it then measures anew is drawn in the one after."""


class Stage:
    """A page from memory with one model, in `window.model`, and its first view.

    `asked` are the requests that wanted to leave the page, `faults` what was thrown or written as an error.
    """

    def __init__(self, page: Page, script: str, state: dict[str, Any]) -> None:
        self.page = page
        self.asked: list[str] = []
        self.faults: list[str] = []
        self._files = {
            "/": (PAGE, "text/html"),
            "/style.css": ((FOLDER / "style.css").read_text("utf-8"), "text/css"),
            "/widget.js": (joined(script), "text/javascript"),
            "/stage.js": (MODEL, "text/javascript"),
        }
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))
        page.route("**/*", self._serve)
        page.goto(ADDRESS)
        first = {"layout": {"comm_live": True}} | state
        page.evaluate("(state) => { window.first = JSON.parse(state); }", json.dumps(first))
        page.evaluate("() => import('/stage.js')")
        self.show()

    def _serve(self, route: Route) -> None:
        url = route.request.url
        body, kind = self._files.get(urlsplit(url).path, ("", ""))
        if not url.startswith(ADDRESS) or not kind:
            self.asked.append(url)
            route.abort()
            return
        route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

    def show(self) -> None:
        """Another view of the model."""
        self.page.evaluate("show()")
        self.settle()

    def hide(self, place: int = 0) -> None:
        """Take a view off the page, as a notebook does when its output is cleared."""
        self.page.evaluate("(place) => hide(place)", place)
        self.settle()

    def receive(self, *messages: dict[str, Any]) -> None:
        """What the kernel sends."""
        self.page.evaluate("(messages) => model.receive(...JSON.parse(messages))", json.dumps(messages))
        self.settle()

    def set(self, name: str, value: Any) -> None:
        """A trait that the kernel changes."""
        self.page.evaluate("([name, value]) => model.set(name, value)", [name, value])
        self.settle()

    def lose_the_kernel(self) -> None:
        """As the notebook says it: the layout's model has no kernel any more."""
        self.page.evaluate("model.state.layout.comm_live = false; model.tell('comm_live_update')")

    def settle(self) -> None:
        """Until what was told is drawn."""
        self.page.evaluate(FRAMES)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What the widget has sent to the kernel."""
        sent: list[dict[str, Any]] = self.page.evaluate("model.sent")
        return sent

    @property
    def listeners(self) -> int:
        """How many callbacks the model has."""
        count: int = self.page.evaluate("model.heard.length")
        return count
