"""How quick and how frugal publisher is, beside alternatives. `python benchmarks/run.py` runs all."""
