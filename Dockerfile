# publisher in a container. The show folder is mounted at /srv/podcast/episodes:
#
#   docker build --tag publisher .
#   docker run --rm --init --volume "$PWD/episodes:/srv/podcast/episodes" publisher
#
# docs/running.md has the rest. It runs on a read-only root; only /tmp and the show folder are written to.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# What seldom changes comes first, so that it is not installed again after every change of the rest.
COPY requirements.lock requirements-cluster.lock ./
# --build-arg LOCK=requirements-cluster.lock makes an image for the machines of a cluster (docs/cluster.md).
ARG LOCK
RUN python -m venv /opt/publisher && \
    /opt/publisher/bin/pip install --require-hashes -r "${LOCK:-requirements.lock}"
COPY pyproject.toml README.md LICENSE ./
COPY publisher ./publisher
RUN /opt/publisher/bin/pip install --no-deps . && /opt/publisher/bin/pip uninstall --yes setuptools pip

FROM python:3.11-slim
LABEL org.opencontainers.image.title="publisher" \
      org.opencontainers.image.description="A podcast host made of a folder and a bucket." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# Whoever runs here has no name and no home: settings of boto3 come from the environment.
ENV PATH=/opt/publisher/bin:$PATH HOME=/tmp LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/publisher /opt/publisher
WORKDIR /srv/podcast
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM
# No HEALTHCHECK: a run that ends needs none, and the service that stays is asked by whoever runs it.
ENTRYPOINT ["publisher"]
CMD ["publish", "--quiet"]
