"""Publishing by itself: systemd, container, CI, Kubernetes."""
