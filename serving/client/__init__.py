"""A typed client of the HTTP API, sync and async."""

from serving.client.calls import Retries
from serving.client.client import AsyncClient, Client
from serving.client.errors import (
    ClientError,
    KeyRefused,
    ProblemAnswered,
    RequestRefused,
    ServerFault,
    TryLater,
    Unreachable,
    UnreadableAnswer,
)
from serving.client.webhooks import WebhookInvalid, read_webhook

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "KeyRefused",
    "ProblemAnswered",
    "RequestRefused",
    "Retries",
    "ServerFault",
    "TryLater",
    "Unreachable",
    "UnreadableAnswer",
    "WebhookInvalid",
    "read_webhook",
]
