"""What all our widgets have in common: one look, a name of their own, and a static twin in every output."""

from __future__ import annotations

from typing import Any

import anywidget

from ftwidgets.errors import InputError
from ftwidgets.widgets.script import FOLDER

STYLE = (FOLDER / "style.css").read_text("utf-8")


class Widget(anywidget.AnyWidget):
    """A widget that is also readable where none can live: as a picture, a table and text.

    `twin` is HTML that needs nothing from anywhere, `title` one line of text; both tell what is known when the output
    is made. Threads may set traits and send; they never print.
    """

    _css = STYLE

    def __init__(self, **chosen: Any) -> None:
        own = [name for name, trait in self.class_traits(sync=True).items() if trait.this_class is type(self)]
        for name in chosen:
            if name not in own:
                raise InputError(f"{type(self).__name__} takes no '{name}'. What can be chosen: {', '.join(own)}.")
        super().__init__(**chosen)

    @property
    def title(self) -> str:
        """One line: what this is, and how it stands."""
        raise NotImplementedError

    def twin(self) -> str:
        """The same as static HTML."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.title

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return data | {"text/html": self.twin()}, metadata
