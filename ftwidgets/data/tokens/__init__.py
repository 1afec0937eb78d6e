"""How many tokens texts have, exactly and offline: OpenAI's encodings, and a local base's own tokenizer."""
