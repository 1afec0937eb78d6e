"""The engine: weights, network, training and generation in JAX, and the two processes that use them. Knows no HTTP."""
