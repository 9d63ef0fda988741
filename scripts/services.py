"""Say clearly which server `make test-services` misses, and how to start it."""

import os
import sys

import psycopg
import redis

DATABASE_URL = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
BROKER_URL = os.environ.get("CELERY_BROKER_URL", "redis://127.0.0.1:6379/9")


def missing_services() -> list[str]:
    found = []
    try:
        psycopg.connect(DATABASE_URL, connect_timeout=3).close()
    except psycopg.Error as error:
        found.append(
            f"PostgreSQL does not answer at DATABASE_URL={DATABASE_URL} ({error}).\n"
            "  Start it, for example: pg_ctlcluster 15 main start"
        )
    try:
        redis.Redis.from_url(BROKER_URL, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        found.append(
            f"Redis does not answer at CELERY_BROKER_URL={BROKER_URL} ({error}).\n"
            "  Start it, for example: redis-server --daemonize yes"
        )
    return found


if __name__ == "__main__":
    sys.exit("\n".join(missing_services()) or None)
