"""Audio worked on by the machines of a Dask cluster: probed, encoded, tagged and stored there.

`connecting` finds the cluster and sees to it that its workers are fit; `tasks` is what runs on them, with a
source that `sources` finds; `work` gives out the work of one show and looks at what comes back. Everything
that makes a release, its manifest, its pages and its feed, stays on the machine that publishes.

Nothing but this package knows Dask, and nothing of Dask is imported before there is work for a cluster.
"""

from publisher.cluster.connecting import Cluster, connected

__all__ = ["Cluster", "connected"]
