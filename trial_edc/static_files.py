"""Where style sheets and scripts are served from in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTED = r"""(?P<matched>\bfrom "(?P<url>\.{1,2}/[^"]+\.js)";)"""


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Names files after their content, also where one script of ours imports another.

    Django's own switch for this also reads the comments of packages and fails there.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORTED, 'from "%(url)s";'),)),
    )
