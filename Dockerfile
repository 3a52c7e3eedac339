# One image for the console, the worker and Prefect's server; the command says which:
#
#     docker run … lakeside lakeside start server --host 0.0.0.0
#     docker run … lakeside lakeside start worker
#     docker run … lakeside lakeside start console --host 0.0.0.0
#     docker run … lakeside lakeside ingest green 2020-10
#
# It has no entry point, because work pools bring a command of their own (`prefect flow-run execute`).
# `make image` builds it, also where there is no Docker engine. compose.yaml starts all three.
ARG PYTHON=python:3.11-slim

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
# The pins are complete and hashed, so nothing is resolved here and nothing unknown gets in.
COPY requirements.txt /app/requirements.txt
RUN /opt/venv/bin/pip install --quiet --no-deps --require-hashes -r /app/requirements.txt
COPY pyproject.toml requirements.in README.md LICENSE /app/
COPY lakeside /app/lakeside
COPY flows /app/flows
COPY cli /app/cli
COPY ui /app/ui
COPY .streamlit /app/.streamlit
RUN /opt/venv/bin/pip install --quiet --no-deps -e /app \
    && /opt/venv/bin/pip uninstall --quiet --yes pip \
    && /opt/venv/bin/python -m compileall -q -j 0 /opt/venv/lib /app

FROM ${PYTHON}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Lakeside" \
      org.opencontainers.image.description="A console for a parquet data lake and the Prefect runs that fill it." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# A fixed number, so that a volume's owner can be set from outside.
RUN useradd --uid 10001 --create-home --home-dir /home/lakeside --shell /usr/sbin/nologin lakeside \
    && install -d -o lakeside -g lakeside /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# All state is under /data and temporary files under /tmp, so the root file system may be read-only.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/data \
    LAKESIDE_HOME=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DO_NOT_TRACK=1 \
    PREFECT_UI_STATIC_DIRECTORY=/tmp/prefect-ui
WORKDIR /app
USER lakeside
VOLUME /data
EXPOSE 8501 4200
# The console's own health page; compose.yaml gives server and worker theirs.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["lakeside", "start", "console", "--host", "0.0.0.0"]
