"""How shows stand: status, its record of runs, and what Prometheus reads."""
