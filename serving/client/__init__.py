"""A small typed client of the HTTP contract, sync and async."""

from serving.client.client import AsyncClient, Client, ClientError, ProblemAnswered, Retries, Unreachable

__all__ = ["AsyncClient", "Client", "ClientError", "ProblemAnswered", "Retries", "Unreachable"]
