from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisBondStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_BOND_STATUS_UNSPECIFIED: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_RESERVING: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_RESERVED: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_COMMITTED: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_RELEASING: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_RELEASED: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_EXHAUSTED: _ClassVar[AegisBondStatus]
    AEGIS_BOND_STATUS_FAILED: _ClassVar[AegisBondStatus]
AEGIS_BOND_STATUS_UNSPECIFIED: AegisBondStatus
AEGIS_BOND_STATUS_RESERVING: AegisBondStatus
AEGIS_BOND_STATUS_RESERVED: AegisBondStatus
AEGIS_BOND_STATUS_COMMITTED: AegisBondStatus
AEGIS_BOND_STATUS_RELEASING: AegisBondStatus
AEGIS_BOND_STATUS_RELEASED: AegisBondStatus
AEGIS_BOND_STATUS_EXHAUSTED: AegisBondStatus
AEGIS_BOND_STATUS_FAILED: AegisBondStatus

class AegisBondReserveRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "account_key", "amount_msats", "quote_id", "warranty_id", "expires_at_unix", "policy_bundle_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_KEY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    WARRANTY_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    account_key: str
    amount_msats: int
    quote_id: str
    warranty_id: str
    expires_at_unix: int
    policy_bundle_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., account_key: _Optional[str] = ..., amount_msats: _Optional[int] = ..., quote_id: _Optional[str] = ..., warranty_id: _Optional[str] = ..., expires_at_unix: _Optional[int] = ..., policy_bundle_id: _Optional[str] = ...) -> None: ...

class AegisBondReleaseRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "bond_id", "amount_msats", "reason")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    BOND_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    bond_id: str
    amount_msats: int
    reason: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., bond_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class AegisBondResponseV1(_message.Message):
    __slots__ = ("schema", "bond_id", "status", "account_key", "reserved_msats", "drawn_msats", "released_msats", "available_msats", "releasable_msats", "quote_id", "warranty_id", "expires_at_unix", "hydra_receipts", "receipt", "updated_at_unix", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    BOND_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_KEY_FIELD_NUMBER: _ClassVar[int]
    RESERVED_MSATS_FIELD_NUMBER: _ClassVar[int]
    DRAWN_MSATS_FIELD_NUMBER: _ClassVar[int]
    RELEASED_MSATS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_MSATS_FIELD_NUMBER: _ClassVar[int]
    RELEASABLE_MSATS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    WARRANTY_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    bond_id: str
    status: AegisBondStatus
    account_key: str
    reserved_msats: int
    drawn_msats: int
    released_msats: int
    available_msats: int
    releasable_msats: int
    quote_id: str
    warranty_id: str
    expires_at_unix: int
    hydra_receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.AegisHydraReceiptRefV1]
    receipt: _common_pb2.AegisReceiptLinkageV1
    updated_at_unix: int
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., bond_id: _Optional[str] = ..., status: _Optional[_Union[AegisBondStatus, str]] = ..., account_key: _Optional[str] = ..., reserved_msats: _Optional[int] = ..., drawn_msats: _Optional[int] = ..., released_msats: _Optional[int] = ..., available_msats: _Optional[int] = ..., releasable_msats: _Optional[int] = ..., quote_id: _Optional[str] = ..., warranty_id: _Optional[str] = ..., expires_at_unix: _Optional[int] = ..., hydra_receipts: _Optional[_Iterable[_Union[_common_pb2.AegisHydraReceiptRefV1, _Mapping]]] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., updated_at_unix: _Optional[int] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...
