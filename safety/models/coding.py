"""COD: dictionaries of the site's own licence, and the codes given with them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.triggers import REFUSE_CHANGE, REFUSE_REMOVAL, Recorded
from record.casebook.models import FormInstance
from safety import vocabulary as words
from trial_edc import clock
from trial_edc.choices import choices


class Dictionary(Recorded):
    """One version of a licensed dictionary; the last one imported of a kind is used."""

    kind = models.CharField(
        _("Dictionary"), max_length=8, choices=choices(words.DictionaryKind)
    )
    version = models.CharField(_("Version"), max_length=30)
    sha256 = models.CharField(max_length=64)  # of the files, in their order
    size = models.PositiveIntegerField()  # number of terms
    imported_at = models.DateTimeField(default=clock.now)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta(Recorded.Meta):
        ordering = ("-imported_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "version"), name="one_dictionary_a_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"


class DictionaryTerm(models.Model):
    """A term as the dictionary has it; the import as a whole is recorded."""

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="terms")
    code = models.CharField(max_length=40)
    term = models.CharField(max_length=400)
    key = models.CharField(max_length=400)  # as it is compared
    pt_code = models.CharField(max_length=40, blank=True)
    pt = models.CharField(max_length=400, blank=True)
    hlt = models.CharField(max_length=400, blank=True)
    soc = models.CharField(max_length=400, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ("term", "code")
        constraints = (
            models.UniqueConstraint(
                fields=("dictionary", "code", "term"), name="one_term_a_dictionary"
            ),
        )
        indexes = (models.Index(fields=("dictionary", "key"), name="term_key"),)
        triggers = (REFUSE_CHANGE, REFUSE_REMOVAL)

    def __str__(self) -> str:
        return f"{self.term} ({self.code})"


class TermCode(TwoPersonEntry, Recorded):
    """The code of what somebody wrote; the last one given for those words counts.

    Words that change have no code: the code of the words before stays, as a trace.
    """

    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="+")
    item = models.CharField(max_length=60)
    verbatim = models.TextField()
    term = models.ForeignKey(DictionaryTerm, models.PROTECT, related_name="+")
    coded_at = models.DateTimeField(default=clock.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_column="coded_by_id",  # as the table and its audit trail call who coded
    )

    class Meta(Recorded.Meta):
        ordering = ("id",)
        constraints = two_persons(
            whole="code_approval_whole", by_two="code_by_two_persons"
        )
