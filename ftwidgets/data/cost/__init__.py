"""What a job would take: steps, tokens, time as measured here, and prices where a source is known."""
