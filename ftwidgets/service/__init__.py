"""The embedded service: OpenAI's API over HTTP, on this machine; it starts the engine's processes and imports none of it."""
