"""What operators end by hand: accounts, sessions, devices, personal access tokens, invites. Audited, told to Khala.

`actor` names the operator for the audit trail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby

from django.db import transaction

from apps.control.models import Device, OrgInvite, OrgProviderLink, PersonalAccessToken, Session, User
from apps.control.services import personal_tokens, propagation, revocations, trail
from apps.control.services.clock import database_now

REASON = "admin_revoked"


def end_sessions(session_ids: Collection[str], actor: str) -> int:
    """End these sessions; the number of those that were still alive."""
    ended, numbers = 0, []
    for user_id, ids in _by_user(Session.objects.filter(pk__in=session_ids).values_list("user_id", "pk")):
        with transaction.atomic():
            done = revocations.end_sessions(
                revocations.lock_sessions(pk__in=ids, status__in=revocations.RESTING), REASON, database_now()
            )
            for session_id in done.session_ids:
                trail.note("auth.sessions.revoked", user_id=user_id, session_id=session_id, reason=REASON, by=actor)
        ended += len(done.session_ids)
        numbers.append(done.seq)
    _push(numbers)
    return ended


def block_devices(pks: Collection[int], actor: str) -> int:
    """End the sessions of these devices and refuse their next sign-ins; the number of devices newly blocked."""
    blocked, numbers = 0, []
    for pk in sorted(pks):
        with transaction.atomic():
            device = Device.objects.filter(pk=pk).first()
            if device is None:
                continue
            revocations.lock_user(device.user_id)  # a sign-in that is under way ends here, or is refused there
            now = database_now()
            done = revocations.end_sessions(
                revocations.lock_sessions(device=device, status__in=revocations.RESTING), REASON, now
            )
            numbers.append(done.seq)
            if Device.objects.filter(pk=pk, blocked_at__isnull=True).update(blocked_at=now):
                blocked += 1
                trail.note(
                    "auth.device.blocked",
                    user_id=device.user_id,
                    device_id=device.device_id,
                    by=actor,
                    revoked_session_count=len(done.session_ids),
                )
    _push(numbers)
    return blocked


def close_accounts(user_ids: Collection[str], actor: str) -> int:
    """End all that these users hold and let them sign in no more; the number of accounts newly closed.

    Locks in the order of all other ends, before the first number of the feed is taken: user, personal tokens,
    sessions, issued tokens.
    """
    closed, numbers = 0, []
    for user_id in sorted(user_ids):
        with transaction.atomic():
            revocations.lock_user(user_id)
            if not User.objects.filter(pk=user_id, deleted_at__isnull=True).exists():
                continue
            tokens = personal_tokens.lock_live(user_id=user_id)
            sessions = revocations.lock_sessions(user_id=user_id, status__in=revocations.RESTING)
            now = database_now()
            jtis = revocations.revoke_issued(now, user_id=user_id)
            User.objects.filter(pk=user_id).update(deleted_at=now, updated_at=now)
            done = revocations.end_sessions(sessions, REASON, now)
            numbers += [done.seq, personal_tokens.end(tokens, REASON, now)]
            numbers.append(
                revocations.announce(
                    user_id=user_id,
                    session_ids=[],
                    device_ids=[],
                    jtis=jtis,
                    user_ids=[user_id],
                    reason=REASON,
                    revoked_at=now,
                )
            )
            trail.note(
                "auth.account.closed",
                user_id=user_id,
                by=actor,
                revoked_session_count=len(done.session_ids),
                revoked_token_count=len(tokens),
            )
        closed += 1
    _push(numbers)
    return closed


def reopen_accounts(user_ids: Collection[str], actor: str) -> int:
    """Let these users sign in again, with nothing of what they held; their number."""
    with transaction.atomic():
        found = sorted(User.objects.filter(pk__in=user_ids, deleted_at__isnull=False).values_list("pk", flat=True))
        for user_id in found:
            revocations.lock_user(user_id)
            User.objects.filter(pk=user_id).update(deleted_at=None, updated_at=database_now())
            trail.note("auth.account.reopened", user_id=user_id, by=actor)
    return len(found)


def end_tokens(token_ids: Collection[str], actor: str) -> int:
    """End these personal access tokens; the number of those that were not ended yet."""
    ended, numbers = 0, []
    rows = PersonalAccessToken.objects.filter(pk__in=token_ids).values_list("user_id", "pk")
    for user_id, ids in _by_user(rows):
        with transaction.atomic():
            tokens = personal_tokens.lock_live(user_id=user_id, pk__in=ids)
            numbers.append(personal_tokens.end(tokens, REASON, database_now()))
            for token in tokens:
                trail.note("pat.revoked", user_id=user_id, target=token.id, reason=REASON, by=actor)
        ended += len(tokens)
    _push(numbers)
    return ended


def withdraw_invites(pks: Collection[int], actor: str) -> int:
    """Take back open invites; their number."""
    with transaction.atomic():
        invites = list(OrgInvite.objects.select_for_update().filter(pk__in=pks, bound_at__isnull=True).order_by("pk"))
        for invite in invites:
            trail.note("org.invite.withdrawn", org_id=invite.org_id, role=invite.role, by=actor)
        OrgInvite.objects.filter(pk__in=[invite.pk for invite in invites]).delete()
    return len(invites)


def link_provider_org(provider_org_id: str, org_id: str, actor: str) -> None:
    """People whom the provider counts to its organisation join ours at their next sign-in."""
    with transaction.atomic():
        OrgProviderLink.objects.create(provider_org_id=provider_org_id, org_id=org_id)
        trail.note("org.provider_link.added", org_id=org_id, target=provider_org_id, by=actor)


def unlink_provider_orgs(provider_org_ids: Collection[str], actor: str) -> None:
    """Nobody joins by these any more; who joined stays."""
    with transaction.atomic():
        for link in OrgProviderLink.objects.select_for_update().filter(pk__in=provider_org_ids).order_by("pk"):
            trail.note("org.provider_link.removed", org_id=link.org_id, target=link.pk, by=actor)
            link.delete()


def _by_user(rows: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """(user id, ids), in the order of user ids: one revocation tells of one user."""
    return [(user_id, [pk for _, pk in group]) for user_id, group in groupby(sorted(rows), key=lambda row: row[0])]


def _push(numbers: Iterable[int | None]) -> None:
    """Push in order; once Khala does not answer, the rest is the worker's."""
    for seq in numbers:
        if seq is not None and propagation.deliver(seq) != "delivered":
            return
