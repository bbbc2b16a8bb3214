"""Several machines publish one show at the same moment: processes, each with a copy of the show folder.

`PUBLISHER_RACES` says how many races are run on Ceph (and in proportion elsewhere); a few unless it is set.
"""
