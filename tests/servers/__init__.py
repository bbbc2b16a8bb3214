"""Real S3-compatible servers on loopback, for tests: OpenStack Swift with s3api, and Ceph radosgw.

python -m tests.servers install swift ceph     once
python -m tests.servers run ceph               prints endpoint and credentials, stops on Ctrl-C

Both are the servers people run, not imitations: what they refuse, forget or answer late is what a show meets
in the wild. Data is fresh at every start, everything binds to 127.0.0.1 on ports free at that moment, and
every process is ended by its own process id.
"""
