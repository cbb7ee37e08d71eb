from google.protobuf import struct_pb2 as _struct_pb2
from openagents.aegis.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AegisReceiptRecordV1(_message.Message):
    __slots__ = ("receipt", "seq", "subject_kind", "subject_id", "run_id", "owner_key", "payload_canonical_json", "signature", "created_at_unix")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_CANONICAL_JSON_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.AegisReceiptLinkageV1
    seq: int
    subject_kind: str
    subject_id: str
    run_id: str
    owner_key: str
    payload_canonical_json: str
    signature: _struct_pb2.Struct
    created_at_unix: int
    def __init__(self, receipt: _Optional[_Union[_common_pb2.AegisReceiptLinkageV1, _Mapping]] = ..., seq: _Optional[int] = ..., subject_kind: _Optional[str] = ..., subject_id: _Optional[str] = ..., run_id: _Optional[str] = ..., owner_key: _Optional[str] = ..., payload_canonical_json: _Optional[str] = ..., signature: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at_unix: _Optional[int] = ...) -> None: ...

class AegisReceiptListResponseV1(_message.Message):
    __slots__ = ("schema", "receipts", "next_after_seq")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    schema: str
    receipts: _containers.RepeatedCompositeFieldContainer[AegisReceiptRecordV1]
    next_after_seq: int
    def __init__(self, schema: _Optional[str] = ..., receipts: _Optional[_Iterable[_Union[AegisReceiptRecordV1, _Mapping]]] = ..., next_after_seq: _Optional[int] = ...) -> None: ...
