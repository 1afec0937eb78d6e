"""What belongs to one key: its files, uploads, jobs, models and completions. A request sees no others."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ftwidgets.service.schema import OWNED
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record


class Holdings:
    """The store as the holder of one key sees it; for the tables in `OWNED`."""

    def __init__(self, store: Store, owner: str) -> None:
        self.store = store
        self.owner = owner

    def add(self, table: str, record: Record, **columns: Any) -> bool:
        """Keep a record as this owner's; False where its id is taken."""
        assert table in OWNED
        return self.store.add(table, record, owner=self.owner, **columns)

    def get(self, table: str, identity: str, **where: Any) -> Record | None:
        """The record with that id, where it is this owner's and its columns are as in `where`."""
        return self.store.get(table, identity, owner=self.owner, **where)

    def columns(self, table: str, identity: str) -> dict[str, Any]:
        """All columns of it; nothing where it is not this owner's."""
        return self.store.columns(table, identity, owner=self.owner)

    def count(self, table: str, **where: Any) -> int:
        """How many of this owner's records there are with these columns."""
        return self.store.count(table, owner=self.owner, **where)

    def page(
        self, table: str, limit: int, after: str | None = None, *, oldest_first: bool = False, **where: Any
    ) -> list[Record]:
        """Up to `limit` + 1 of this owner's records, as `Store.page` gives them."""
        return self.store.page(table, limit, after, oldest_first=oldest_first, owner=self.owner, **where)


def holdings(request: Request) -> Holdings:
    """What belongs to the key that the request came with."""
    return Holdings(request.app.state.store, request.state.owner)
