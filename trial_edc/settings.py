"""Settings, read from the environment; a missing secret or an odd value is refused."""

import os
from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from trial_edc import logs
from trial_edc.requirements import implements

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# An empty variable is one that is not set: the compose file hands every name on.
env.ENVIRON = {name: text for name, text in os.environ.items() if text}


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f"The package {name} is not installed; run `make setup`."
        raise ImproperlyConfigured(message)
    return Path(next(iter(spec.submodule_search_locations)))


# A demo is a database that may be thrown away: only there may the clock be moved.
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
# Of everybody in a demo: with it the sign-in page lets each of them in by one click.
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="") if DEMO else ""
SECRET_KEY = env.str("SECRET_KEY")
# Master keys that wrap the data keys, base64 of 32 bytes each; the first one is used
# for new keys, the others only to read.
VAULT_KEYS = env.list("VAULT_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / ".state")))
MEDIA_ROOT = STATE_DIR / "files"

EXTRA_APPS = env.list("EXTRA_APPS", default=[])  # of tests and figures
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "lucide",
    "pgtrigger",
    "record.audit",
    "record.accounts",
    "record.casebook",
    "record.review",
    "record.capture",
    "record.notices",
    "record.backup",
    "record.lock",
    "enrollment",
    "randomization",
    "visits",
    "safety",
    "outcomes",
    "entry",
    "imports",
    "monitoring",
    "exports",
    *(["simulation"] if DEMO else []),
    *EXTRA_APPS,
]
MIDDLEWARE = [
    "record.audit.middleware.TraceMiddleware",  # around all: one log line a request
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "record.accounts.middleware.HealthCheckMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "record.accounts.middleware.SessionRulesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "record.audit.middleware.RefusalMiddleware",
    "record.audit.middleware.OnceMiddleware",
    "record.casebook.middleware.MidnightMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "trial_edc.urls"
CONSEQUENCES = "trial_edc.consequences"
RECORD_PROOFS = "trial_edc.record_proofs"
COPIES = "trial_edc.copies"
LOCK_CHECKS = "trial_edc.lock_checks"
LAST_VISIT = "monitoring.visits.selectors.last_visit_ended_on"
AFTER_MIGRATE = ("record.casebook.services.copies.store_missing",)
WSGI_APPLICATION = "trial_edc.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trial_edc.context.site",
            ],
            "builtins": [
                "trial_edc.templatetags.components",
                "trial_edc.templatetags.quantities",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The web and the workers use the runtime role, migrations the owner role.
DATABASES = {
    "default": {**env.db_url("DATABASE_URL"), "CONN_MAX_AGE": 60},
    "owner": env.db_url("OWNER_DATABASE_URL", default=env.str("DATABASE_URL")),
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A database that hangs, or whose machine is gone, else holds each request for ever.
for database in DATABASES.values():
    database["OPTIONS"] = {
        "connect_timeout": 5,  # seconds
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds
        **database.get("OPTIONS", {}),
    }
# So do a lock that nobody gives back and a session that was left in a transaction.
DATABASES["default"]["OPTIONS"].setdefault(
    "options",
    "-c lock_timeout=20s -c statement_timeout=10min"
    " -c idle_in_transaction_session_timeout=10min",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
# Exports and files take minutes: no message, reminder or seal waits for one of them.
CELERY_TASK_DEFAULT_QUEUE = "messages"
CELERY_TASK_ROUTES = {
    "exports.*": {"queue": "exports"},
    "imports.*": {"queue": "exports"},
    "record.notices.tasks.verify_audit": {"queue": "exports"},
    "record.backup.*": {"queue": "exports"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # Without the throttle unacknowledged tasks come back only after about 100 s.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Seconds; a broker that hangs is left and tried again.
    "socket_connect_timeout": 3,
    "socket_timeout": 5,
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["record.accounts.hashers.Argon2InTurn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation." + name, "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
] + [{"NAME": "record.accounts.validators.FormerPasswordValidator"}]
PASSWORD_AGE_DAYS = env.int("PASSWORD_AGE_DAYS", default=0)  # 0: they do not age
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "entry:my_work"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours; the lock ends by itself, also at 02:00
AXES_LOCKOUT_PARAMETERS = ["username"]
# The lock is on the account, wherever the tries come from: rotating addresses or
# browsers wins nothing, which is what the warning is about.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_USERNAME_CALLABLE = "record.accounts.services.strangers.lockout_name"
AXES_LOCKOUT_CALLABLE = "record.accounts.views.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # no stranger can prolong it
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit trail tells it
AXES_VERBOSE = False
AXES_PASSWORD_FORM_FIELD = "password"  # noqa: S105 - the name of a form field
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
# Refused tries to come in that are looked at, from one address and from all of them, in
# a window as long as an account stays locked: the staff of a hospital behind one
# address mistype less often, and comparing so many passwords takes half a minute of one
# core. A browser in which somebody signed in before has the limit of an address to
# itself, so no flood of others keeps it out.
TRIES_WINDOW_MINUTES = 15
TRIES_PER_ADDRESS = env.int("TRIES_PER_ADDRESS", default=30)
TRIES_IN_ALL = env.int("TRIES_IN_ALL", default=300)
# Of these so many have an entry of their own in the audit trail, which nobody can
# remove; one entry counts the others when the window ends.
ENTRIES_PER_ADDRESS, ENTRIES_IN_ALL = 10, 50
# Who must show a second factor: those who see or may learn an arm, and administrators.
# The others may enrol one of their own accord.
SECOND_FACTOR_ROLES = env.list(
    "SECOND_FACTOR_ROLES",
    default=[] if DEMO else ["IN", "PI", "UP", "PN", "UM", "LC", "US", "SO", "AD"],
)
IDLE_LIMIT_MINUTES = env.int("IDLE_LIMIT_MINUTES", default=20)
IDLE_WARNING_MINUTES = 2
# Whom people call who cannot sign in; shown on the sign-in page.
SUPPORT_CONTACT = env.str("SUPPORT_CONTACT", default="")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
TLS = env.bool("TLS", default=not DEMO)
# Where the links in mails lead.
SITE_URL = env.str(
    "SITE_URL", default=f"{'https' if TLS else 'http'}://{ALLOWED_HOSTS[0]}"
)


@implements("ACC-18")
def require_tls() -> None:
    if not (TLS or DEMO or DEBUG):
        message = "TLS=0 serves passwords and patients' data in clear: only in a demo."
        raise ImproperlyConfigured(message)
    if TLS and not SITE_URL.startswith("https://"):
        message = f"SITE_URL begins with https://, not as in {SITE_URL!r}."
        raise ImproperlyConfigured(message)


require_tls()
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SECURE_SSL_REDIRECT = TLS
# No script reads a cookie: pages carry the token of their forms themselves.
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if TLS else []
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its icons as data: images
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb")
}

# Time servers, each a host or host:port, that the clocks are compared with; only told,
# never set by them.
NTP_SERVERS = env.list("NTP_SERVERS", default=[])

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", package_folder("bootstrap")),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "trial_edc.static_files.HashedStaticFiles",
    },
}
WHITENOISE_USE_FINDERS = DEMO
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 12_000_000  # all that a request may hold: no disk

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25"))
EMAIL_TIMEOUT = 30  # seconds for each answer of the mail server
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="noreply@localhost")
# Messages to participants: the sender names neither disease nor trial.
PARTICIPANT_FROM_EMAIL = env.str("PARTICIPANT_FROM_EMAIL", default=DEFAULT_FROM_EMAIL)
# A mailbox that staff read: who answers STOP there is opted out by hand.
PARTICIPANT_REPLY_TO = env.str(
    "PARTICIPANT_REPLY_TO", default="clinic@example.org" if DEMO else ""
)
# The number of the site that messages to participants tell them to call.
SITE_PHONE = env.str("SITE_PHONE", default="010-0000-0000" if DEMO else "")

# The gateway for text messages (docs/operations.md); without address they wait.
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")
SMS_SENDER = env.str("SMS_SENDER", default="")
SMS_TIMEOUT_SECONDS = env.float("SMS_TIMEOUT_SECONDS", default=10)
# What the gateway proves itself with when it hands on an answer; empty: none may.
SMS_INBOUND_SECRET = env.str("SMS_INBOUND_SECRET", default="")

# Backups: public keys of age to which they are encrypted, and folders: they are made in
# the first one and copied to the others.
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])
BACKUP_FOLDERS = env.list("BACKUP_FOLDERS", default=[str(STATE_DIR / "backups")])
BACKUP_AGE_HOURS = env.int("BACKUP_AGE_HOURS", default=26)  # an older one alarms
# Folder of pg_dump and pg_restore; empty: those on the PATH.
PG_BIN = env.str("PG_BIN", default="")

LOGGING = logs.configuration(
    as_json=not DEMO, level=env.str("LOG_LEVEL", default="INFO")
)
