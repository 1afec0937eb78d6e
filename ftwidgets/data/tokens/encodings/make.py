"""Pack rank files that OpenAI published (o200k_base.tiktoken, cl100k_base.tiktoken) into the .xz beside this."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from ftwidgets.data.tokens.ranks import SHA256, pack, rank_file, read_rank_file, unpack


def main() -> None:
    """Pack each file that is named, once it is known to be the published one and to come back byte for byte."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    for path in parser.parse_args().files:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != SHA256.get(path.stem):
            parser.error(f"{path} is not a rank file that tiktoken knows. Its name must be one of {', '.join(SHA256)}.")
        packed = pack(read_rank_file(content))
        if rank_file(unpack(packed)) != content:
            parser.error(f"{path} does not come back as it was: its ranks do not count up from 0.")
        (Path(__file__).parent / f"{path.stem}.xz").write_bytes(packed)


if __name__ == "__main__":
    main()
