"""The base models: which there are, how they come here, and how they read text. No network weights are touched here."""
