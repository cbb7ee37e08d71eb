"""Signing in with a code: the challenge, its verification, the session that follows (3.2, 6.3)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from apps.control import metrics
from apps.control.domain import inputs
from apps.control.domain.states import CHALLENGE, LIVE_CHALLENGES_MAX
from apps.control.gateways import identity
from apps.control.models import AuthChallenge, Device, DevOutboxMessage, RefreshToken, Session, User
from apps.control.services import limits, orgs, revocations, secrets, trail
from apps.control.services.clock import database_now
from openagents.ops import faults
from openagents.receipts.ids import new_id
from openagents.wire.faults import CONFLICT, DEPENDENCY_UNAVAILABLE, FORBIDDEN, INVALID_REQUEST, Fault

log = structlog.get_logger("oa.control.sign_in")
UPSERT_ATTEMPTS = 2
CODE_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class CodeEntered:
    """What a sign-in sends along with the code. `device_id`: normalised, None when the client stated none."""

    challenge_id: str
    code: str
    email: str
    device_id: str | None
    client: inputs.Client
    client_ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session with its pair; the secrets exist nowhere else."""

    user: User
    session: Session
    device_id: str
    refresh_token_id: str
    access_token: str
    refresh_token: str
    new_user: bool


def start_challenge(email: str, *, client_ip: str) -> AuthChallenge:
    """Have a code sent to a normalised address. Known and unknown addresses are treated alike.

    Raises Fault RATE_LIMITED, INVALID_REQUEST (`email`) when the provider will not send there,
    DEPENDENCY_UNAVAILABLE when the provider cannot be used.
    """
    limits.count("auth.email.address", email)
    try:
        provider = identity.provider(settings.OA)
        started = provider.start(email)
    except identity.ProviderUnavailable as error:
        _challenge_failed("service_unavailable", cause=str(error))
        raise Fault(DEPENDENCY_UNAVAILABLE, "Sign-in is unavailable at present.") from None
    except identity.AddressRejected:
        _challenge_failed("invalid_request", field="email")
        raise Fault(INVALID_REQUEST, errors={"email": ["cannot receive a code"]}) from None
    with transaction.atomic():
        now = database_now()
        challenge = AuthChallenge.objects.create(
            id=new_id("challenge"),
            email=email,
            provider=provider.name,
            pending_provider_user_id=started.provider_user_id,
            code_digest=started.code_digest,
            client_ip=client_ip,
            created_at=now,
            expires_at=now + timedelta(seconds=settings.OA.oa_auth_challenge_ttl_seconds),
        )
        open_ones = AuthChallenge.objects.filter(email=email, status="code_sent", expires_at__gt=now)
        kept = open_ones.order_by("-created_at", "-id").values_list("id", flat=True)[:LIVE_CHALLENGES_MAX]
        open_ones.exclude(id__in=list(kept)).update(status=CHALLENGE.after("code_sent", "supersede"))
        if started.code is not None:
            DevOutboxMessage.objects.create(email=email, code=started.code, created_at=now)
        trail.note("auth.challenge.requested", provider=provider.name, email_domain=inputs.email_domain(email))
    if started.code is not None and settings.OA.oa_env in ("dev", "test"):
        log.info("dev_outbox.delivered", recipient_domain=inputs.email_domain(email), digits=started.code)
    metrics.AUTH.labels("email", "success", "").inc()
    return challenge


def verify(entered: CodeEntered) -> SignedIn:
    """Trade a code for a session; any live session of the same device ends.

    Raises Fault INVALID_REQUEST (`code`, `email`, `device_id`), FORBIDDEN for a blocked device or a closed account,
    CONFLICT when address and identity belong to two users, DEPENDENCY_UNAVAILABLE without the provider.
    """
    challenge = _open_challenge(entered)
    proven = _ask_provider(challenge, entered)
    faults.point("control.verify.after_provider")
    for attempt in range(UPSERT_ATTEMPTS):
        try:
            with transaction.atomic():
                signed_in = _admit(challenge.id, proven, entered)
        except IntegrityError:
            # Another sign-in created the same user or device at this moment; the second look finds the row.
            if attempt + 1 == UPSERT_ATTEMPTS:
                raise
            continue
        except Fault as fault:
            _refuse(fault, _reason_word(fault))
        metrics.AUTH.labels("verify", "success", "").inc()
        return signed_in
    raise AssertionError("unreachable: the loop returns or raises")


def _open_challenge(entered: CodeEntered) -> AuthChallenge:
    """The challenge with this attempt counted, so that guesses are bounded whatever the provider answers."""
    if not inputs.CHALLENGE_ID.fullmatch(entered.challenge_id) or not 1 <= len(entered.code) <= CODE_LENGTH_MAX:
        _refuse(_wrong("code"), "invalid_request", "code")
    with transaction.atomic():
        now = database_now()
        challenge = AuthChallenge.objects.select_for_update().filter(id=entered.challenge_id).first()
        fault: Fault | None = None
        if challenge is None or challenge.status != "code_sent":
            fault = _wrong("code")
        elif challenge.expires_at <= now:
            challenge.status = CHALLENGE.after(challenge.status, "expire")
            challenge.save(update_fields=["status"])
            fault = _wrong("code")
        elif challenge.attempts >= settings.OA.oa_auth_challenge_max_attempts:
            fault = _wrong("code")
        elif entered.email and not hmac.compare_digest(entered.email.encode(), challenge.email.encode()):
            fault = _wrong("email")
        else:
            challenge.attempts += 1
            challenge.save(update_fields=["attempts"])
    if challenge is None or fault is not None:
        refusal = fault or _wrong("code")
        _refuse(refusal, "invalid_request", next(iter(refusal.errors or {"code": []})))
    return challenge


def _ask_provider(challenge: AuthChallenge, entered: CodeEntered) -> identity.Identity:
    attempt = identity.Attempt(
        challenge.email, entered.code, challenge.code_digest, entered.client_ip, entered.user_agent
    )
    try:
        return identity.provider(settings.OA).verify(attempt)
    except identity.ProviderUnavailable:
        AuthChallenge.objects.filter(pk=challenge.pk, attempts__gt=0).update(attempts=F("attempts") - 1)
        fault = Fault(DEPENDENCY_UNAVAILABLE, "Sign-in is unavailable at present.")
        _refuse(fault, "service_unavailable")
    except identity.CodeRejected:
        last = settings.OA.oa_auth_challenge_max_attempts
        AuthChallenge.objects.filter(pk=challenge.pk, status="code_sent", attempts__gte=last).update(
            status=CHALLENGE.after("code_sent", "last_wrong_code")
        )
        _refuse(_wrong("code"), "invalid_request", "code")


def _admit(challenge_id: str, proven: identity.Identity, entered: CodeEntered) -> SignedIn:
    """The transaction after the provider's word: challenge, user, device, session and pair, or nothing at all."""
    now = database_now()
    challenge = AuthChallenge.objects.select_for_update().get(pk=challenge_id)
    if challenge.status != "code_sent" or challenge.expires_at <= now:
        raise _wrong("code")
    challenge.status = CHALLENGE.after(challenge.status, "right_code")
    challenge.consumed_at = now
    challenge.save(update_fields=["status", "consumed_at"])
    user, is_new = _upsert_user(proven, challenge)
    memberships = orgs.ensure_default_memberships(user, proven.organization_id)
    device_id = entered.device_id or entered.client.fallback_device_id()
    # Under the user's lock nobody else begins a session here; the sessions come before their device, as everywhere.
    stale = revocations.lock_sessions(user=user, device__device_id=device_id, status__in=revocations.RESTING)
    device = _upsert_device(user, device_id, entered.client)
    if device.blocked_at is not None:
        raise Fault(FORBIDDEN, "This device is blocked.", reason_code="device_blocked")
    revocations.push_after_commit(revocations.end_sessions(stale, "device_replaced", now))
    access, refresh = secrets.new_access_token(), secrets.new_refresh_token()
    session = Session.objects.create(
        id=new_id("sess"),
        user=user,
        device=device,
        email=user.email,
        token_name=entered.client.token_name,
        active_org_id=orgs.default_org_id(memberships),
        access_digest=secrets.digest(access),
        access_expires_at=now + timedelta(seconds=settings.OA.oa_auth_access_ttl_seconds),
        refresh_expires_at=now + timedelta(seconds=settings.OA.oa_auth_refresh_ttl_seconds),
        issued_at=now,
    )
    token = RefreshToken.objects.create(
        id=new_id("rtid"), session=session, digest=secrets.digest(refresh), created_at=now
    )
    trail.note(
        "auth.verify.completed",
        user_id=user.id,
        session_id=session.id,
        org_id=session.active_org_id,
        device_id=device.device_id,
        provider=challenge.provider,
        new_user=is_new,
    )
    faults.point("control.verify.before_commit")
    return SignedIn(user, session, device.device_id, token.id, access, refresh, is_new)


def _upsert_user(proven: identity.Identity, challenge: AuthChallenge) -> tuple[User, bool]:
    """Find by provider id, else by address; both found and different is a conflict. Returns (user, created)."""
    address = inputs.email(proven.email)
    candidates = list(
        User.objects.select_for_update(no_key=True).filter(provider_user_id=proven.provider_user_id).order_by("id")
    )
    by_id = candidates[0] if proven.provider_user_id and candidates else None
    by_email = User.objects.select_for_update(no_key=True).filter(email=address).first()
    if by_id is not None and by_email is not None and by_id.pk != by_email.pk:
        raise Fault(CONFLICT, "This identity belongs to another user.")
    user = by_id or by_email
    name = inputs.display_name(proven.first_name, proven.last_name, address)
    if user is None:
        created = User.objects.create(
            id=new_id("user"),
            email=address,
            name=name,
            provider_user_id=proven.provider_user_id,
            provider=challenge.provider,
        )
        return created, True
    if user.deleted_at is not None:
        raise Fault(FORBIDDEN, "This account is closed.")
    wanted = {"email": address, "provider_user_id": proven.provider_user_id, "provider": challenge.provider}
    if not user.name_customized and (proven.first_name or proven.last_name):
        wanted["name"] = name
    changed = {field: value for field, value in wanted.items() if getattr(user, field) != value}
    if changed:
        for field, value in changed.items():
            setattr(user, field, value)
        user.updated_at = database_now()
        user.save(update_fields=[*changed, "updated_at"])
    return user, False


def _upsert_device(user: User, device_id: str, client: inputs.Client) -> Device:
    """The device under its row lock, so that a block is either seen here or sees the session made here."""
    fresh = Device(user=user, device_id=device_id, client=client.name, platform=client.platform)
    Device.objects.bulk_create([fresh], ignore_conflicts=True)
    device = Device.objects.select_for_update(no_key=True).get(user=user, device_id=device_id)
    device.client = client.name
    device.platform = client.platform
    device.last_seen_at = database_now()
    device.save(update_fields=["client", "platform", "last_seen_at"])
    return device


def _wrong(field: str) -> Fault:
    complaint = "is wrong, used or expired" if field == "code" else "is not the address of this code"
    return Fault(INVALID_REQUEST, errors={field: [complaint]})


def _reason_word(fault: Fault) -> str:
    return fault.code if fault.code in ("forbidden", "conflict", "invalid_request") else "service_unavailable"


def _refuse(fault: Fault, reason: str, field: str | None = None) -> NoReturn:
    trail.note("auth.verify.failed", "failure", reason=reason, field=field)
    metrics.AUTH.labels("verify", "failure", reason).inc()
    raise fault


def _challenge_failed(reason: str, field: str | None = None, cause: str | None = None) -> None:
    if cause is not None:
        log.warning("provider.unavailable", reason=cause)
    trail.note("auth.challenge.failed", "failure", reason=reason, field=field)
    metrics.AUTH.labels("email", "failure", reason).inc()
