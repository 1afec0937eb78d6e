"""The embedded service: OpenAI's API over HTTP; it starts the engine's processes and imports none of it."""
