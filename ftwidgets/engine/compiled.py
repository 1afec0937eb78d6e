"""Where compiled programs are kept between processes."""

from __future__ import annotations

from pathlib import Path

import jax


def keep_programs(folder: Path) -> None:
    """Let JAX keep the programs that it compiles in `folder`, and find them there again."""
    folder.mkdir(parents=True, exist_ok=True)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
