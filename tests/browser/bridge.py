"""A widget's script on a page and its Python here, each hearing the other as in a notebook."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from ftwidgets.widgets.widget import Widget
from tests.browser.stage import FRAMES

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>untouched</title><link rel="icon" href="data:,">
<style>body { margin: 0; background: light-dark(#ffffff, #111418); } :root { color-scheme: light dark; }</style>
<body><main id="views"></main></body></html>"""

MODEL = """
async ([source, style, traits]) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  const heard = [];
  const model = {
    traits, changed: {}, out: [],
    get: (name) => traits[name],
    set(name, value) { traits[name] = value; this.changed[name] = value; this.fire(`change:${name}`); },
    save_changes() { this.out.push({ state: this.changed }); this.changed = {}; },
    send(content) { this.out.push({ content }); },
    on(names, call) { for (const name of names.split(" ")) heard.push([name, call]); },
    off(names, call) {
      for (const name of names.split(" ")) {
        const place = heard.findIndex(([one, other]) => one === name && other === call);
        if (place >= 0) heard.splice(place, 1);
      }
    },
    fire(name, ...what) { for (const [one, call] of [...heard]) if (one === name) call(...what); },
    take(said) {
      for (const { content, state } of said) {
        if (content) this.fire("msg:custom", content, []);
        for (const [name, value] of Object.entries(state ?? {})) {
          traits[name] = value;
          this.fire(`change:${name}`);
        }
      }
    },
    listeners: () => heard.length,
  };
  window.model = model;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const made = (await import(url)).default;
  const widget = typeof made === "function" ? made() : made;
  widget.initialize?.({ model });
  const ends = [];
  window.show = () => {
    const el = document.createElement("div");
    document.querySelector("#views").append(el);
    ends.push([el, widget.render({ model, el })]);
  };
  window.hide = (place) => {
    ends[place][1]?.();
    ends[place][0].remove();
  };
}
"""


class Bridge:
    """A page that shows a widget. What either says to the other arrives when `settle` is called.

    `said` is all that Python has sent since it was last emptied.
    """

    def __init__(self, page: Page, widget: Widget) -> None:
        self.page, self.widget = page, widget
        self.said: list[dict[str, Any]] = []
        self._held: list[dict[str, Any]] = []
        page.set_content(PAGE)
        state = {name: widget.get_state(name)[name] for name in widget.keys if not name.startswith(("_", "layout"))}
        state = {name: value for name, value in state.items() if name not in ("tabbable", "tooltip")}
        page.evaluate(MODEL, [widget._esm, widget._css, json.loads(json.dumps(state))])
        widget.send = lambda content, buffers=None: self._say({"content": content})  # type: ignore[method-assign]
        names = [name for name in state if name != "view"]
        widget.observe(lambda change: self._say({"state": widget.get_state(change["name"])}), names)
        self.show()

    def _say(self, message: dict[str, Any]) -> None:
        plain = json.loads(json.dumps(message))
        self.said.append(plain)
        self._held.append(plain)

    def show(self) -> None:
        """Another view of the widget."""
        self.page.evaluate("show()")
        self.settle()

    def settle(self) -> None:
        """Until neither has anything to say, and what was told is drawn."""
        while True:
            self.page.evaluate(FRAMES)
            for message in self.page.evaluate("model.out.splice(0)"):
                if "state" in message:
                    self.widget.set_state(message["state"])
                else:
                    self.widget._handle_custom_msg(message["content"], [])
            held, self._held = self._held, []
            if not held:
                return
            self.page.evaluate("(said) => model.take(said)", held)

    @property
    def bytes(self) -> int:
        """How much Python has said, in bytes."""
        return len(json.dumps(self.said))
