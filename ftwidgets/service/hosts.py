"""By which names the service may be called: a page of another site must not reach it through a name of its own.

A browser sends the name of the address it was told to open. Where that is a foreign name that leads to this machine
(DNS rebinding), the reply would be the foreign page's to read; the key keeps it out as well.
"""

from __future__ import annotations

import re

from starlette.requests import Request

from ftwidgets.service.wire import WireError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def check_host(request: Request) -> None:
    """Refuse a request that calls the service by a name that is not its own.

    Raises:
        WireError: it does.
    """
    hosts = request.app.state.hosts
    named = request.headers.get("host", "")
    if hosts is not None and re.sub(r":[0-9]+$", "", named).lower() not in hosts:
        known = ", ".join(sorted(hosts))
        raise WireError(403, f"This service does not answer to the name {named!r:.80}; call it by one of: {known}.")
