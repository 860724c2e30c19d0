"""The table of roles and permissions, against what the regulations ask of it."""

import pytest

from record.accounts.roles import (
    BlindingClass,
    Limit,
    Permission,
    Role,
    blinding_class,
    has,
    limit,
    permissions_of,
    persons,
    roles_of,
    roles_with,
)

P = Permission
WRITES_TRIAL_DATA = {
    P.ENTER_CRF, P.IMPORT_LAB, P.MARK_MISSED, P.ENTER_BEDSIDE, P.JUDGE,
    P.CONFIRM_ELIGIBILITY, P.SIGN_INFUSION_REQUEST, P.SIGN_FORM, P.SIGN_CASEBOOK,
    P.CONFIRM_DEVIATION, P.RANDOMIZE, P.ENTER_PRODUCT, P.CHECK_PRODUCT, P.SIGN_PRODUCT,
    P.ANSWER_QUERY,
}  # fmt: skip
SHOWS_AN_ARM = {P.SEE_ARM, P.SEE_PRODUCT, P.EXPORT_UNBLINDED, P.CLOSED_REPORT}


@pytest.mark.parametrize("permission", Permission)
def test_permission_is_somebodys(permission):
    assert roles_with(permission)


def test_principal_investigator_may_whatever_an_investigator_may():
    assert permissions_of("IN") <= permissions_of("PI")


@pytest.mark.verifies("ACC-04")
def test_administrators_touch_no_trial_data_and_nobody_else_administers():
    administers = {P.MANAGE_USERS, P.SETTINGS, P.BACKUP}

    assert permissions_of("AD") == administers | {P.READ_AUDIT, P.MESSAGES}
    assert limit("AD", P.READ_AUDIT) == Limit.SIGN_INS
    assert limit("AD", P.MESSAGES) == Limit.DELIVERY
    assert roles_with(*administers) == {Role.AD}


@pytest.mark.verifies("ACC-05")
@pytest.mark.parametrize("role", ["MO", "DM", "BR", "UM", "LC", "US", "AD"])
def test_who_watches_writes_no_trial_data(role):
    assert permissions_of(role) & WRITES_TRIAL_DATA == set()


@pytest.mark.verifies("ACC-06")
@pytest.mark.parametrize("role", roles_of(BlindingClass.BLINDED))
def test_blinded_roles_see_no_arm(role):
    assert permissions_of(role) & SHOWS_AN_ARM == set()


def test_identity_is_for_those_at_the_bedside():
    assert roles_with(P.SEE_IDENTITY) == {Role.CO, Role.IN, Role.PI, Role.BN}


def test_limits_are_told():
    assert limit("BN", P.READ_CASEBOOK) == Limit.IN_PATIENTS
    assert limit("SO", P.SEE_ARM) == Limit.OWN_CODE_BREAK
    assert limit("CO", P.READ_CASEBOOK) is None
    assert limit("LC", P.READ_CASEBOOK) is None
    assert not has("LC", P.READ_CASEBOOK)


@pytest.mark.parametrize(
    "permission",
    [P.LOCK_DATABASE, P.OPEN_CODE, P.PAUSE_STUDY, P.CHECK_PRODUCT, P.REFERENCE_DATA],
)
def test_deeds_of_two_persons_have_both(permission):
    places = [persons(role, permission) for role in Role if has(role, permission)]

    assert frozenset().union(*places) == {1, 2}


def test_every_role_has_its_class():
    assert "".join(blinding_class(role) for role in Role) == "BBBBBBBUUUUUC-"
