"""Who owns what: the one identity that is stored and compared, and the rules that derive it from a call."""

from __future__ import annotations

from dataclasses import dataclass


class OwnerMissing(ValueError):
    """No owner is named where one is needed, or both kinds at once."""


class OwnerMismatch(PermissionError):
    """The body or query names another owner than the principal the call is made for."""


@dataclass(frozen=True, slots=True)
class Owner:
    """`key` is `user:{id}`, `guest:{scope}` or `system:{iss}`."""

    key: str

    @classmethod
    def user(cls, user_id: str) -> Owner:
        return cls(f"user:{user_id}")

    @classmethod
    def guest(cls, scope: str) -> Owner:
        return cls(f"guest:{scope}")

    @classmethod
    def system(cls, issuer: str) -> Owner:
        return cls(f"system:{issuer}")

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        return self.key.partition(":")[2]

    @property
    def user_ref(self) -> str | None:
        """`user:{id}` for a user's, else None."""
        return self.key if self.kind == "user" else None

    @property
    def guest_scope(self) -> str | None:
        return self.name if self.kind == "guest" else None


def named_owner(user_id: int | None, guest_scope: str | None, user_ref: str | None) -> Owner | None:
    """The owner a body or query names. Raises OwnerMissing when it names more than one."""
    scope = (guest_scope or "").strip() or None
    reference = (user_ref or "").strip() or None
    named = [
        owner
        for owner in (
            Owner.user(str(user_id)) if user_id is not None else None,
            Owner.guest(scope) if scope else None,
            Owner.user(reference.removeprefix("user:")) if reference else None,
        )
        if owner is not None
    ]
    if len(set(named)) > 1:
        raise OwnerMissing("name exactly one owner")
    return named[0] if named else None


def principal_owner(user_id: str | None, guest_scope: str | None) -> Owner | None:
    """The owner of the principal a call is made for, if there is one."""
    if user_id:
        return Owner.user(user_id)
    return Owner.guest(guest_scope) if guest_scope else None


def decide_owner(principal: Owner | None, named: Owner | None) -> Owner | None:
    """A principal decides; what the call names beside it must agree. Raises OwnerMismatch."""
    if principal is None:
        return named
    if named is not None and named != principal:
        raise OwnerMismatch("the call is made for somebody else")
    return principal
