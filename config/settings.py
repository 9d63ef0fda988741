"""Settings, read from the environment (`.env.example` documents every variable).

The defaults suit a laptop: SQLite, a broker made of files, no server, no key.
With `DJANGO_DEBUG=off` a missing secret key or allowed host stops the start.
Any variable may instead be given as NAME_FILE, the path of a file that holds it.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")


def required_in_production(name: str, laptop_default: str) -> str:
    """Value of the variable; its laptop default only while debugging."""
    value = env.str(name, default="")
    if value:
        return value
    if DEBUG:
        return laptop_default
    raise ImproperlyConfigured(
        f"{name} is not set. With DJANGO_DEBUG off, set it (or {name}_FILE); see .env.example."
    )


def origin_of(address: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


# --- Where and for whom -----------------------------------------------------
DEBUG = env.bool("DJANGO_DEBUG", default=True)
SECRET_KEY = required_in_production("DJANGO_SECRET_KEY", "laptop-only-secret-key")
ALLOWED_HOSTS = [
    host.strip()
    for host in required_in_production("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(
        ","
    )
]
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- The product's own choices ----------------------------------------------
PORT = env.int("PORT", default=8000)
DOJO_OPEN_TO = env.str("DOJO_OPEN_TO", default="everyone")
if DOJO_OPEN_TO not in {"everyone", "staff"}:
    raise ImproperlyConfigured(f"DOJO_OPEN_TO must be 'everyone' or 'staff', not {DOJO_OPEN_TO!r}.")
UPLOAD_MAX_MEGABYTES = env.int("UPLOAD_MAX_MEGABYTES", default=100)
FORM_MAX_MEGABYTES = env.int("FORM_MAX_MEGABYTES", default=1)
# What one person may have; staff, too.
DATASETS_PER_PERSON = env.int("DATASETS_PER_PERSON", default=20)
UPLOADS_PER_PERSON_MEGABYTES = env.int("UPLOADS_PER_PERSON_MEGABYTES", default=1024)
EXPORTS_AT_ONCE = env.int("EXPORTS_AT_ONCE", default=3)
COACH_QUESTIONS_PER_HOUR = env.int("COACH_QUESTIONS_PER_HOUR", default=60)
RUN_SOFT_TIME_LIMIT_SECONDS = env.int("RUN_SOFT_TIME_LIMIT_SECONDS", default=120)
# Of a document that a worker makes, and of a notebook that it executes.
EXPORT_TIME_LIMIT_SECONDS = env.int("EXPORT_TIME_LIMIT_SECONDS", default=600)
RUN_MEMORY_LIMIT_MEGABYTES = env.int("RUN_MEMORY_LIMIT_MEGABYTES", default=4096)
RUN_MAX_ATTEMPTS = 3
# How far workers stand back behind the web process, as `nice` counts: 0 to 19.
WORKER_NICENESS = env.int("WORKER_NICENESS", default=10)
LEASE_SECONDS = env.int("LEASE_SECONDS", default=15)
LIVE_TICK_SECONDS = env.float("LIVE_TICK_SECONDS", default=0.2)

# --- The coach ------------------------------------------------------------------
# Without a key the coach by rules answers alone.
ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", default="")
# Any endpoint that speaks Anthropic's Messages API; empty: Anthropic's own.
ANTHROPIC_BASE_URL = env.str("ANTHROPIC_BASE_URL", default="")
ASSISTANT_PROVIDER = env.str("ASSISTANT_PROVIDER", default="anthropic")
if ASSISTANT_PROVIDER not in {"anthropic", "bedrock", "vertex"}:
    raise ImproperlyConfigured(
        f"ASSISTANT_PROVIDER must be anthropic, bedrock or vertex, not {ASSISTANT_PROVIDER!r}."
    )
ASSISTANT_MODEL = env.str("ASSISTANT_MODEL", default="claude-sonnet-5-5")
ASSISTANT_FEEDBACK_MODEL = env.str("ASSISTANT_FEEDBACK_MODEL", default=ASSISTANT_MODEL)
# How hard the model thinks; empty for models that do not know the parameter.
ASSISTANT_EFFORT = env.str("ASSISTANT_EFFORT", default="low")
ASSISTANT_TIMEOUT_SECONDS = env.float("ASSISTANT_TIMEOUT_SECONDS", default=60.0)
ASSISTANT_MAX_RETRIES = env.int("ASSISTANT_MAX_RETRIES", default=2)
# {"model": [input, output, cache write, cache read]}, US$ per million tokens.
ASSISTANT_PRICES = env.json("ASSISTANT_PRICES", default={})
# Of all Dojos together.
ASSISTANT_DAY_BUDGET = env.float("ASSISTANT_DAY_BUDGET", default=20.0)

# --- Other tools ---------------------------------------------------------------
# Of all tokens of a person together, and of wrong tokens from an address.
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=240)
API_WRONG_TOKENS_PER_MINUTE = env.int("API_WRONG_TOKENS_PER_MINUTE", default=30)
# Where workers log every run as it ends (requirements/tracking.txt); empty: nowhere.
MLFLOW_TRACKING_URI = env.str("MLFLOW_TRACKING_URI", default="")
WANDB_API_KEY = env.str("WANDB_API_KEY", default="")
WANDB_MODE = env.str("WANDB_MODE", default="online" if WANDB_API_KEY else "")
if WANDB_MODE not in {"", "online", "offline", "disabled"}:
    raise ImproperlyConfigured(f"WANDB_MODE must be online or offline, not {WANDB_MODE!r}.")
if WANDB_MODE == "disabled":
    WANDB_MODE = ""

# --- Applications -----------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.Admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.apps.CollectedFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "heroicons",
    "template_partials",
    "jobs",
    "live",
    "posting",
    "classrooms",
    "experiments",
    "assistant",
    "connections",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.StorableText",
    "config.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "posting.sessions.logged_out_answers",
    "classrooms.accounts.second_factor.second_factors",
    "config.bodies.refuse_large_bodies",
]

ROOT_URLCONF = "config.urls"
FORM_RENDERER = "config.forms.Renderer"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context_processors.permissions",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
    # A file, because the tests start real processes that share it.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
elif env.bool("SERVES_PAGES", default=False):  # set by config/asgi.py
    # Only the web process answers many requests at once. A class that reconnects waits for its
    # turn, instead of opening more connections than PostgreSQL has.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("WEB_DATABASE_CONNECTIONS", default=20),
    }
    # A connection that the server has ended meanwhile is replaced, not handed out.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by all processes, because limits are counted in it: Redis by URL, or the database.
CACHE_URL = env.str("CACHE_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "ml-experimenter",
    }
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_MAX_MEGABYTES * 1024 * 1024
# A dataset of 500 columns has two fields for each of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Accounts ---------------------------------------------------------------
AUTH_USER_MODEL = "classrooms.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
    {"NAME": "connections.access_tokens.passwords.TokensEnd"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# But for who has a seat (classrooms/accounts/adapter.py).
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "classrooms.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "classrooms.accounts.forms.NewAccountForm",
    "add_email": "classrooms.accounts.forms.ChangeEmailForm",
    "request_login_code": "classrooms.accounts.forms.LoginCodeForm",
}
# The old address stays until the new one is proven.
ACCOUNT_CHANGE_EMAIL = True
# In the browser in which they signed up.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# Of who would change an address or a second factor.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": env.str("LOGIN_FAILED_RATE", default="10/m/ip,5/5m/key"),
    # A whole class signs up from one address within minutes.
    "signup": env.str("SIGNUP_RATE", default="120/m/ip"),
    "join": env.str("JOIN_RATE", default="120/m/ip"),
}
# --- More ways to log in ----------------------------------------------------
# A code by mail, in place of the password.
ACCOUNT_LOGIN_BY_CODE_ENABLED = env.bool("LOGIN_BY_CODE", default=True)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "ML Experimenter"
# Passkeys without TLS are for http://localhost only, as browsers see to.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# "staff", "facilitators" (staff, too), or nobody.
SECOND_FACTOR_REQUIRED_OF = env.str("SECOND_FACTOR_REQUIRED_OF", default="")
if SECOND_FACTOR_REQUIRED_OF not in {"", "staff", "facilitators"}:
    raise ImproperlyConfigured(
        f"SECOND_FACTOR_REQUIRED_OF is staff or facilitators, not {SECOND_FACTOR_REQUIRED_OF!r}."
    )
# A provider of OpenID Connect, by the address under which /.well-known/ is; empty: none.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="OpenID Connect"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}
# An address that the provider has verified is proven, and logs in to the account that has it.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = env.bool("OIDC_TRUSTS_EMAIL", default=False)
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = SOCIALACCOUNT_EMAIL_AUTHENTICATION
SOCIALACCOUNT_ADAPTER = "classrooms.accounts.adapter.ProviderAdapter"
# How many proxies in front may be believed about the caller's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ML Experimenter <noreply@localhost>")

# --- Languages --------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="fr")
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Paris")

# --- Static files -----------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
NODE_MODULES = BASE_DIR / "node_modules"
# Modules of the YAML editor, which the browser finds by an import map.
EDITOR_PACKAGES = {
    "codemirror": (
        "autocomplete",
        "commands",
        "lang-yaml",
        "language",
        "lint",
        "state",
        "streamparser",
        "view",
    ),
    "lezer": ("common", "highlight", "lr", "yaml"),
}
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("tabler/css", NODE_MODULES / "@tabler/core/dist/css"),
    ("tabler/js", NODE_MODULES / "@tabler/core/dist/js"),
    *((name, NODE_MODULES / name / "build") for name in ("vega", "vega-lite", "vega-embed")),
    *(
        (f"{package}/{name}", NODE_MODULES / f"@{package}" / name / "dist")
        for package, names in EDITOR_PACKAGES.items()
        for name in names
    ),
    ("style-mod", NODE_MODULES / "style-mod" / "src"),
    ("crelt", NODE_MODULES / "crelt"),
    ("w3c-keyname", NODE_MODULES / "w3c-keyname"),
    ("find-cluster-break", NODE_MODULES / "@marijn" / "find-cluster-break" / "src"),
]
STORAGES = {
    "default": {"BACKEND": "classrooms.storage.backend.WholeFiles"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MANIFEST_STRICT = True

# --- Security ---------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The form of a login by OpenID Connect leads to its provider.
        "form-action": [SELF, *([origin_of(OIDC_SERVER_URL)] if OIDC_SERVER_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "posting.sessions.token_refused"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SILENCED_SYSTEM_CHECKS: list[str] = []
if not DEBUG:
    # Off only to try a production build on a machine without TLS.
    HTTPS = env.bool("DJANGO_HTTPS", default=True)
    SECURE_SSL_REDIRECT = HTTPS
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
    SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

# --- Queue ------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_POOL = "jobs.workers.pool:TaskPool"
CELERY_TASK_DEFAULT_QUEUE = "io"
# How often the scheduler looks for what is abandoned or forgotten.
SWEEP_SECONDS = 3.0
if CELERY_BROKER_URL.startswith("filesystem"):
    BROKER_DIR = VAR_DIR / "broker"
    MESSAGES_DIR, CONTROL_DIR = BROKER_DIR / "messages", BROKER_DIR / "control"
    for folder in (MESSAGES_DIR, CONTROL_DIR):
        folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(MESSAGES_DIR),
        "data_folder_out": str(MESSAGES_DIR),
        "control_folder": str(CONTROL_DIR),
        "polling_interval": 0.05,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}

# --- Logging ----------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Without this Django prints each line once more, by a handler of its own.
        "django": {"level": "INFO"},
        "django.server": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        # They tell every step, and every property of CSS that paper does not have.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
