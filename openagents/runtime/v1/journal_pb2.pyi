import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuntimeJournalEntry(_message.Message):
    __slots__ = ("topic", "seq", "kind", "doc_key", "doc_version", "payload_json", "payload_sha256", "schema_version", "topic_class", "hydration_required", "occurred_at", "metadata", "owner_key", "org_id", "chain")
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DOC_KEY_FIELD_NUMBER: _ClassVar[int]
    DOC_VERSION_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_JSON_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_SHA256_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOPIC_CLASS_FIELD_NUMBER: _ClassVar[int]
    HYDRATION_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    OWNER_KEY_FIELD_NUMBER: _ClassVar[int]
    ORG_ID_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    topic: str
    seq: int
    kind: str
    doc_key: str
    doc_version: int
    payload_json: bytes
    payload_sha256: str
    schema_version: int
    topic_class: str
    hydration_required: bool
    occurred_at: _timestamp_pb2.Timestamp
    metadata: _struct_pb2.Struct
    owner_key: str
    org_id: str
    chain: str
    def __init__(self, topic: _Optional[str] = ..., seq: _Optional[int] = ..., kind: _Optional[str] = ..., doc_key: _Optional[str] = ..., doc_version: _Optional[int] = ..., payload_json: _Optional[bytes] = ..., payload_sha256: _Optional[str] = ..., schema_version: _Optional[int] = ..., topic_class: _Optional[str] = ..., hydration_required: _Optional[bool] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., owner_key: _Optional[str] = ..., org_id: _Optional[str] = ..., chain: _Optional[str] = ...) -> None: ...
