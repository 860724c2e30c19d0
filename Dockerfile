# One image for web, worker, beat and migrate; docker-compose.yml says which it is.

FROM python:3.11-slim-trixie AS build
WORKDIR /app
# What the database driver is built with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes --no-binary psycopg2 \
        -r requirements.txt
COPY . .
# No secret is needed to collect files: these values stay in this stage and open nothing.
RUN /venv/bin/python -m tools.translations --compile \
    && STATE_DIR=/state SECRET_KEY=unused VAULT_KEYS=unused DATABASE_URL=postgres:///unused \
        /venv/bin/python manage.py collectstatic --noinput --verbosity 0

# The client programs of backups, of the server's version: Debian's are older.
FROM postgres:18.1-trixie AS client

FROM python:3.11-slim-trixie
# What the database driver and the PDF writer load, and letters for Chinese.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 libpango-1.0-0 \
        libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
COPY --from=client /usr/lib/postgresql/18/bin/pg_dump /usr/lib/postgresql/18/bin/pg_restore \
    /usr/local/bin/
# Their library goes before Debian's, which psycopg2 needs no longer then.
COPY --from=client /usr/lib/*-linux-gnu/libpq.so.5 /usr/local/lib/
RUN ldconfig && pg_dump --version && pg_restore --version
RUN useradd --system --uid 10001 --no-create-home edc \
    && install -d -o edc /state/files /state/beat /state/backups
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /state/static /state/static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATE_DIR=/state
WORKDIR /app
USER edc
EXPOSE 8000
