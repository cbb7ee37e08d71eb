import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReceiptSignatureV1(_message.Message):
    __slots__ = ("schema", "scheme", "signer_pubkey", "signed_sha256", "signature_hex")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    SIGNER_PUBKEY_FIELD_NUMBER: _ClassVar[int]
    SIGNED_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_HEX_FIELD_NUMBER: _ClassVar[int]
    schema: str
    scheme: str
    signer_pubkey: str
    signed_sha256: str
    signature_hex: str
    def __init__(self, schema: _Optional[str] = ..., scheme: _Optional[str] = ..., signer_pubkey: _Optional[str] = ..., signed_sha256: _Optional[str] = ..., signature_hex: _Optional[str] = ...) -> None: ...

class VerificationReferenceV1(_message.Message):
    __slots__ = ("verification_id", "verification_receipt_sha256")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_RECEIPT_SHA256_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    verification_receipt_sha256: str
    def __init__(self, verification_id: _Optional[str] = ..., verification_receipt_sha256: _Optional[str] = ...) -> None: ...

class HydraReceiptV1(_message.Message):
    __slots__ = ("receipt_id", "receipt_class", "schema", "entity_kind", "entity_id", "canonical_json_sha256", "canonical_json", "body", "signature", "run_id", "session_id", "trajectory_hash", "job_hash", "policy_bundle_id", "agent_id", "pool_id", "rail", "asset_id", "amount_msats", "created_at")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_CLASS_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    ENTITY_KIND_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_SHA256_FIELD_NUMBER: _ClassVar[int]
    CANONICAL_JSON_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORY_HASH_FIELD_NUMBER: _ClassVar[int]
    JOB_HASH_FIELD_NUMBER: _ClassVar[int]
    POLICY_BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    RAIL_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MSATS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    receipt_class: str
    schema: str
    entity_kind: str
    entity_id: str
    canonical_json_sha256: str
    canonical_json: str
    body: _struct_pb2.Struct
    signature: ReceiptSignatureV1
    run_id: str
    session_id: str
    trajectory_hash: str
    job_hash: str
    policy_bundle_id: str
    agent_id: str
    pool_id: str
    rail: str
    asset_id: str
    amount_msats: int
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, receipt_id: _Optional[str] = ..., receipt_class: _Optional[str] = ..., schema: _Optional[str] = ..., entity_kind: _Optional[str] = ..., entity_id: _Optional[str] = ..., canonical_json_sha256: _Optional[str] = ..., canonical_json: _Optional[str] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., signature: _Optional[_Union[ReceiptSignatureV1, _Mapping]] = ..., run_id: _Optional[str] = ..., session_id: _Optional[str] = ..., trajectory_hash: _Optional[str] = ..., job_hash: _Optional[str] = ..., policy_bundle_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., pool_id: _Optional[str] = ..., rail: _Optional[str] = ..., asset_id: _Optional[str] = ..., amount_msats: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HydraReceiptListV1(_message.Message):
    __slots__ = ("schema", "receipts", "next_cursor")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipts: _containers.RepeatedCompositeFieldContainer[HydraReceiptV1]
    next_cursor: str
    def __init__(self, schema: _Optional[str] = ..., receipts: _Optional[_Iterable[_Union[HydraReceiptV1, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...
