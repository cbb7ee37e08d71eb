from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisClaimStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AEGIS_CLAIM_STATUS_UNSPECIFIED: _ClassVar[AegisClaimStatus]
    AEGIS_CLAIM_STATUS_OPEN: _ClassVar[AegisClaimStatus]
    AEGIS_CLAIM_STATUS_RESOLVED_PAID: _ClassVar[AegisClaimStatus]
    AEGIS_CLAIM_STATUS_RESOLVED_DENIED: _ClassVar[AegisClaimStatus]
    AEGIS_CLAIM_STATUS_PAYOUT_PENDING: _ClassVar[AegisClaimStatus]
    AEGIS_CLAIM_STATUS_DISPUTED: _ClassVar[AegisClaimStatus]
AEGIS_CLAIM_STATUS_UNSPECIFIED: AegisClaimStatus
AEGIS_CLAIM_STATUS_OPEN: AegisClaimStatus
AEGIS_CLAIM_STATUS_RESOLVED_PAID: AegisClaimStatus
AEGIS_CLAIM_STATUS_RESOLVED_DENIED: AegisClaimStatus
AEGIS_CLAIM_STATUS_PAYOUT_PENDING: AegisClaimStatus
AEGIS_CLAIM_STATUS_DISPUTED: AegisClaimStatus

class AegisClaimOpenRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "warranty_id", "claimant_id", "reason", "requested_msats", "evidence_sha256", "evidence", "payout_destination", "verification_ids", "policy_bundle_id")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    WARRANTY_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIMANT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_MSATS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    warranty_id: str
    claimant_id: str
    reason: str
    requested_msats: int
    evidence_sha256: str
    evidence: _struct_pb2.Struct
    payout_destination: _common_pb2.AegisPayoutDestinationV1
    verification_ids: _containers.RepeatedScalarFieldContainer[str]
    policy_bundle_id: str
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., warranty_id: _Optional[str] = ..., claimant_id: _Optional[str] = ..., reason: _Optional[str] = ..., requested_msats: _Optional[int] = ..., evidence_sha256: _Optional[str] = ..., evidence: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., payout_destination: _Optional[_Union[_common_pb2.AegisPayoutDestinationV1, _Mapping]] = ..., verification_ids: _Optional[_Iterable[str]] = ..., policy_bundle_id: _Optional[str] = ...) -> None: ...

class AegisClaimOpenResponseV1(_message.Message):
    __slots__ = ("schema", "claim_id", "warranty_id", "status", "requested_msats", "max_payable_msats", "opened_at_unix", "receipt", "idempotent_replay")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    WARRANTY_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_MSATS_FIELD_NUMBER: _ClassVar[int]
    MAX_PAYABLE_MSATS_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    schema: str
    claim_id: str
    warranty_id: str
    status: AegisClaimStatus
    requested_msats: int
    max_payable_msats: int
    opened_at_unix: int
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    def __init__(self, schema: _Optional[str] = ..., claim_id: _Optional[str] = ..., warranty_id: _Optional[str] = ..., status: _Optional[_Union[AegisClaimStatus, str]] = ..., requested_msats: _Optional[int] = ..., max_payable_msats: _Optional[int] = ..., opened_at_unix: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ...) -> None: ...

class AegisClaimResolveRequestV1(_message.Message):
    __slots__ = ("schema", "idempotency_key", "claim_id", "approve", "payout_msats", "resolver_id", "resolution_reason", "payout_destination")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_MSATS_FIELD_NUMBER: _ClassVar[int]
    RESOLVER_ID_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_REASON_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_DESTINATION_FIELD_NUMBER: _ClassVar[int]
    schema: str
    idempotency_key: str
    claim_id: str
    approve: bool
    payout_msats: int
    resolver_id: str
    resolution_reason: str
    payout_destination: _common_pb2.AegisPayoutDestinationV1
    def __init__(self, schema: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., claim_id: _Optional[str] = ..., approve: _Optional[bool] = ..., payout_msats: _Optional[int] = ..., resolver_id: _Optional[str] = ..., resolution_reason: _Optional[str] = ..., payout_destination: _Optional[_Union[_common_pb2.AegisPayoutDestinationV1, _Mapping]] = ...) -> None: ...

class AegisClaimResolveResponseV1(_message.Message):
    __slots__ = ("schema", "claim_id", "warranty_id", "status", "payout_msats", "remaining_warranty_msats", "resolution_reason", "resolved_at_unix", "receipt", "idempotent_replay", "hydra_receipts", "wallet_receipt_sha256", "bond_id", "dispute_until_unix")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    WARRANTY_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAYOUT_MSATS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_WARRANTY_MSATS_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_REASON_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENT_REPLAY_FIELD_NUMBER: _ClassVar[int]
    HYDRA_RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    WALLET_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    BOND_ID_FIELD_NUMBER: _ClassVar[int]
    DISPUTE_UNTIL_UNIX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    claim_id: str
    warranty_id: str
    status: AegisClaimStatus
    payout_msats: int
    remaining_warranty_msats: int
    resolution_reason: str
    resolved_at_unix: int
    receipt: _common_pb2.AegisReceiptLinkageV1
    idempotent_replay: bool
    hydra_receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.AegisHydraReceiptRefV1]
    wallet_receipt_sha256: str
    bond_id: str
    dispute_until_unix: int
    def __init__(self, schema: _Optional[str] = ..., claim_id: _Optional[str] = ..., warranty_id: _Optional[str] = ..., status: _Optional[_Union[AegisClaimStatus, str]] = ..., payout_msats: _Optional[int] = ..., remaining_warranty_msats: _Optional[int] = ..., resolution_reason: _Optional[str] = ..., resolved_at_unix: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., idempotent_replay: _Optional[bool] = ..., hydra_receipts: _Optional[_Iterable[_Union[_common_pb2.AegisHydraReceiptRefV1, _Mapping]]] = ..., wallet_receipt_sha256: _Optional[str] = ..., bond_id: _Optional[str] = ..., dispute_until_unix: _Optional[int] = ...) -> None: ...
