"""The client contract of the engine: one converter, one codec, one way to connect, for API, worker, tools and tests."""

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)
from temporalio.envconfig import ClientConfig

from runtime import keys
from runtime.servers import SEARCH_ATTRIBUTES
from runtime.settings import Settings, required

_ENCODING = b"binary/encrypted"
_KEY_ID = "encryption-key-id"


class EncryptingCodec(PayloadCodec):
    """AES-256-GCM over every payload, with the id of the key beside it so that keys can be rotated.

    Labels (summaries and details, which are plain JSON strings) stay readable for operators: they carry no personal
    data by contract. Everything else the product sends is an object and is encrypted.
    """

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in known.items()}
        self._current = next(iter(self._keys))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [p if _is_label(p) else self._sealed(p) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._opened(p) if p.metadata.get("encoding") == _ENCODING else p for p in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        nonce = os.urandom(12)
        key_id = self._current.encode()
        data = nonce + self._keys[self._current].encrypt(nonce, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": _ENCODING, _KEY_ID: key_id}, data=data)

    def _opened(self, payload: Payload) -> Payload:
        key_id = payload.metadata[_KEY_ID]
        key = self._keys.get(key_id.decode())
        if key is None:
            raise ValueError(f"payload key {key_id.decode()} is not among MUTASI_PAYLOAD_KEYS")
        return Payload.FromString(key.decrypt(payload.data[:12], payload.data[12:], key_id))


def _is_label(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == b"json/plain" and payload.data[:1] == b'"'


def data_converter(settings: Settings) -> DataConverter:
    """Pydantic models in, encrypted payloads out; failures are encrypted too."""
    if not settings.payload_encryption:
        if settings.env == "production":
            raise ValueError("MUTASI_PAYLOAD_ENCRYPTION=false is refused in production")
        return pydantic_data_converter
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptingCodec(keys.payload_keys(settings)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(settings: Settings, lazy: bool = False, identity: str | None = None) -> Client:
    """A client of the engine. `lazy` does not wait for the server, so that reading goes on without it."""
    config = ClientConfig.load_client_connect_config()
    config["target_host"] = required(settings.temporal_address, "TEMPORAL_ADDRESS")
    config["namespace"] = settings.temporal_namespace
    return await Client.connect(**config, data_converter=data_converter(settings), lazy=lazy, identity=identity)


async def prepare_namespace(client: Client, retention_days: int) -> None:
    """Register the search attributes and keep closed histories long enough to be evidence."""
    await _register_search_attributes(client, SEARCH_ATTRIBUTES.items())
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    wanted = retention_days * 24 * 3600
    if described.config.workflow_execution_retention_ttl.seconds < wanted:
        request = UpdateNamespaceRequest(namespace=client.namespace)
        request.config.workflow_execution_retention_ttl.FromSeconds(wanted)
        await client.workflow_service.update_namespace(request)


async def _register_search_attributes(client: Client, wanted: Iterable[tuple[str, str]]) -> None:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {name: kind for name, kind in wanted if name not in known.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes={
                    name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}") for name, kind in missing.items()
                },
            )
        )


async def retention_days(client: Client) -> int:
    """Days the namespace keeps closed histories."""
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return int(described.config.workflow_execution_retention_ttl.seconds // 86_400)
