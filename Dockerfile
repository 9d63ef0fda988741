# syntax=docker/dockerfile:1
# Two images from one file:
#   web     requirements/base only: web, io worker, scheduler, migrations; no scientific library
#   worker  adds requirements/ml: the compute worker; with TRACKING=on also requirements/tracking
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS frontend
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${PYTHON_IMAGE} AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 PATH=/venv/bin:$PATH
RUN useradd --create-home --uid 10001 app && python -m venv /venv
WORKDIR /app
COPY scripts/install.sh scripts/install.sh
COPY requirements/setup.txt requirements/base.txt requirements/
RUN sh scripts/install.sh /venv/bin requirements/base.txt
COPY --chown=app . .
COPY --from=frontend --chown=app /app/node_modules node_modules
RUN python scripts/messages.py compile
ENV DJANGO_DEBUG=off VAR_DIR=/var/lib/ml-experimenter MEDIA_ROOT=/var/lib/ml-experimenter/media
RUN mkdir -p $MEDIA_ROOT && chown -R app $VAR_DIR
USER app
# The key serves this one command and is in no image: no page is signed while building.
RUN DJANGO_SECRET_KEY=only-to-collect-static-files DJANGO_ALLOWED_HOSTS=localhost \
    STATIC_ROOT=/app/staticfiles python manage.py collectstatic --noinput --verbosity 0
ENV STATIC_ROOT=/app/staticfiles

FROM base AS web
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--no-access-log", "--timeout-graceful-shutdown", "2", "--proxy-headers"]

FROM base AS worker
USER root
# LightGBM and XGBoost need the OpenMP runtime, PDFs Pango and a font.
RUN apt-get update && apt-get install -y --no-install-recommends \
      libgomp1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/ml.txt requirements/ml.txt
RUN sh scripts/install.sh /venv/bin requirements/ml.txt
ARG TRACKING=off
COPY requirements/tracking.txt requirements/tracking.txt
RUN if [ "$TRACKING" = on ]; then sh scripts/install.sh /venv/bin requirements/tracking.txt; fi
USER app
CMD ["celery", "--quiet", "--app", "config", "worker", "--queues", "compute", "--hostname", "compute@%h", "--loglevel", "warning", "--without-gossip", "--without-mingle", "--max-tasks-per-child", "500"]
