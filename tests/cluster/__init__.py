"""Publishing with a real Dask scheduler and real workers, on the loopback address."""
