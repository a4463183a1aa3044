# One image for API, worker and the one-shot commands. The versions are those of requirements.lock, by hash; no compiler
# is needed, because every library there comes as a wheel.
FROM python:3.11.15-slim-bookworm AS libraries
COPY requirements.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
       -r /requirements.lock

FROM python:3.11.15-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /var/lib/mutasi --shell /usr/sbin/nologin mutasi \
    && printf '#!/bin/sh\nexec /venv/bin/python -m runtime.cli "$@"\n' > /usr/local/bin/mutasi \
    && chmod 755 /usr/local/bin/mutasi
COPY --from=libraries /venv /venv
WORKDIR /app
COPY pyproject.toml worker.py ./
COPY domain domain
COPY proof proof
COPY evidence evidence
COPY store store
COPY workflows workflows
COPY activities activities
COPY api api
COPY pages pages
COPY runtime runtime
COPY templates templates
COPY static static
COPY locale locale
COPY policies policies
RUN /venv/bin/python -m compileall -q .
ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 MUTASI_ENV=production MUTASI_HOME=/var/lib/mutasi \
    MUTASI_API_HOST=0.0.0.0 MUTASI_API_PORT=8000 MUTASI_WORKER_PORT=8001
USER mutasi
EXPOSE 8000
# Right for the API, which is what the image runs by default; docker-compose.yml says it anew for the worker.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"MUTASI_API_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["mutasi"]
CMD ["api"]
