# One image for web, worker, beat and migrate; docker-compose.yml says which it is.

FROM python:3.11-slim AS build
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

FROM python:3.11-slim
# What the database driver and the PDF writer load, and letters for Chinese.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 libpango-1.0-0 \
        libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home edc \
    && install -d -o edc /state/files /state/beat
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /state/static /state/static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATE_DIR=/state
WORKDIR /app
USER edc
EXPOSE 8000
