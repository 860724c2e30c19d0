"""The entries of the audit trail that a person may read.

Each reads the trail of the own class: the blinded nothing that the unblinded did, who
keep the product records nothing but those, administrators only what concerns no
participant. What they may not read leaves no gap: no page shows an id or a total.
"""

from django.db.models import Model, Q, QuerySet

from monitoring.trail.selectors.kinds import of_kinds
from monitoring.trail.vocabulary import TrailKind
from record.accounts.models import User
from record.accounts.roles import BlindingClass, Limit, Permission, roles_of
from record.audit.models import Confidentiality, Entry
from record.casebook import catalogue
from record.casebook.access import may_see
from record.casebook.models import FormInstance, Participant
from trial_edc.context import page_for
from trial_edc.requirements import implements

UNBLINDED = tuple(role.value for role in roles_of(BlindingClass.UNBLINDED))
TECHNICAL = (
    TrailKind.SIGN_IN,
    TrailKind.FAILED_SIGN_IN,
    TrailKind.RIGHTS,
    TrailKind.CONFIGURATION,
    TrailKind.BACKUP,
)
CODE_BREAKS = "randomization:code_breaks"  # who may know that a code was broken
# Messages have a list of their own, where each is read by whom it concerns.
RESTRICTED_TABLES = ("randomization_lotrecord",)  # of no form
LEFT_OUT = ("notices_message",)


@implements("AUD-10", "EXP-09")
def entries_visible_to(user: User) -> QuerySet[Entry]:
    if not user.may(Permission.READ_AUDIT):
        return Entry.objects.none()
    limit = user.limit(Permission.READ_AUDIT)
    if limit == Limit.RESTRICTED_FORMS:
        return _of_restricted_forms(user)
    if limit == Limit.SIGN_INS:
        technical = Entry.objects.filter(of_kinds(*TECHNICAL))
        return technical.filter(participant_id=None, form_id=None)
    return _blinded(user)


def _of_restricted_forms(user: User) -> QuerySet[Entry]:
    """Of forms that the reader may see, and views of arms; no list, no allocation."""
    forms = FormInstance.objects.filter(code__in=codes_within_trail(user))
    restricted = Entry.objects.filter(confidentiality=Confidentiality.RESTRICTED)
    return restricted.filter(
        Q(form_id__in=forms.values("pk"))
        | Q(act="", table_name__in=RESTRICTED_TABLES)
        | of_kinds(TrailKind.RESTRICTED_VIEW)
    )


def _blinded(user: User) -> QuerySet[Entry]:
    classes = [Confidentiality.OPEN]
    if user.may(Permission.SEE_IDENTITY):
        classes.append(Confidentiality.IDENTITY)
    entries = Entry.objects.filter(confidentiality__in=classes)
    entries = entries.exclude(role__in=UNBLINDED).exclude(table_name__in=LEFT_OUT)
    if page_for(user, CODE_BREAKS) is None:
        entries = entries.exclude(of_kinds(TrailKind.CODE_BREAK))
    return _without_unblinded_accounts(entries)


def _without_unblinded_accounts(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Without acts that name such an account, and writes of what belongs to it.

    Others write them, such as the sign-in; their time alone would tell of a treatment.
    """
    unblinded = User.objects.filter(role__in=UNBLINDED)
    names = list(unblinded.values_list("username", flat=True))
    named = Q(new_values__username__in=names)
    entries = entries.filter(Q(act="") | Q(new_values__username__isnull=True) | ~named)
    for model, account in _tables_of_accounts():
        own = model._default_manager.filter(**{f"{account}__in": unblinded})
        table = model._meta.db_table
        entries = entries.exclude(act="", table_name=table, row_id__in=own.values("pk"))
    return entries


def _tables_of_accounts() -> list[tuple[type[Model], str]]:
    """Accounts and what belongs to one, with the column that names it."""
    relations = User._meta.related_objects
    own = [(one.related_model, "user") for one in relations if one.field.name == "user"]
    return [(User, "pk"), *own]


def codes_within_trail(user: User) -> list[str]:
    limit = user.limit(Permission.READ_AUDIT)
    return [
        design.code
        for design in catalogue.designs().values()
        if may_see(user, design) and _reaches(limit, is_restricted=design.is_restricted)
    ]


def forms_within_trail(user: User) -> QuerySet[FormInstance]:
    """Forms whose history the reader may open."""
    forms = FormInstance.objects.filter(code__in=codes_within_trail(user))
    return forms.prefetch_related("participant")


def may_download(user: User) -> bool:
    """Whoever may export what the trail says; of restricted forms that is nobody."""
    limit = user.limit(Permission.READ_AUDIT)
    return limit == Limit.SIGN_INS or (
        limit is None and user.may(Permission.EXPORT_BLINDED)
    )


def _reaches(limit: Limit | None, *, is_restricted: bool) -> bool:
    if limit == Limit.RESTRICTED_FORMS:
        return is_restricted
    return limit is None


def reads_reports(user: User) -> bool:
    """The review reports are about what the blinded read."""
    limit = user.limit(Permission.READ_AUDIT)
    return limit is None and user.may(Permission.READ_AUDIT)


def reviews_reports(user: User) -> bool:
    return reads_reports(user) and user.may(Permission.AUDIT_REVIEW)


def participants_within_trail(user: User) -> QuerySet[Participant]:
    if user.limit(Permission.READ_AUDIT) == Limit.SIGN_INS:
        return Participant.objects.none()
    return Participant.objects.all()


def people_within_trail(user: User) -> QuerySet[User]:
    """The accounts whose acts a reader can see."""
    limit = user.limit(Permission.READ_AUDIT)
    people = User.objects.order_by("full_name", "pk")
    if limit == Limit.RESTRICTED_FORMS:
        return people.filter(role__in=UNBLINDED)
    return people if limit else people.exclude(role__in=UNBLINDED)
