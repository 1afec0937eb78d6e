"""How far a measured share can be trusted."""

from __future__ import annotations

import math

Z95 = 1.959964
"""The normal distribution's quantile for 95 %."""


def wilson(right: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of the share `right` / `n` (Wilson 1927), with the confidence that `z` gives.

    It stays within 0 and 1 and is sound for small n; with n = 0 nothing is known: (0, 1).
    """
    if n == 0:
        return 0.0, 1.0
    share = right / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
