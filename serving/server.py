"""Runs the app under uvicorn: one process, its own socket, and a line with the address to open."""

from __future__ import annotations

import errno
import functools
import ipaddress
import logging
import socket

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from serving.app import create_app
from serving.http.connections import ConnectionLimits, Connections, connections_allowed
from serving.http.protocol import guarded_protocol
from serving.monitoring.logging import configure_logging
from serving.services import Services
from serving.settings import ServeSettings, refuse_open_access
from serving.store.store import has_stored_keys
from vision.errors import ConfigError

BACKLOG = 1024
log = logging.getLogger("touchstone.serving")


def run_server(settings: ServeSettings) -> None:
    """Serve until stopped by a signal; raises ConfigError before it listens where the settings do not allow it."""
    refuse_open_access(settings, functools.partial(_has_stored_keys, settings))
    configure_logging(settings.log_format)
    listener = open_socket(settings.host, settings.port)
    with listener:
        app = create_app(settings)
        config = configure_uvicorn(app, settings)
        AnnouncingServer(config, address_of(listener) + settings.root_path).run(sockets=[listener])


def _has_stored_keys(settings: ServeSettings) -> bool:
    """Whether the store has an API key, without making a store where there is none."""
    folder = settings.store_folder
    return folder is not None and has_stored_keys(folder, settings.database)


def configure_uvicorn(app: FastAPI, settings: ServeSettings) -> uvicorn.Config:
    """Configure uvicorn: our protocol, our log lines, and no name of the server in answers."""
    services: Services = app.state.services
    limits = ConnectionLimits(
        max_connections=connections_allowed(settings.max_connections),
        head_timeout_s=settings.head_timeout_s,
        keep_alive_s=settings.keep_alive_s,
        send_timeout_s=settings.send_timeout_s,
    )
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=guarded_protocol(Connections(limits, services.instrumentation.metrics)),
        ws="none",
        log_config=None,  # our log lines have the request id
        access_log=False,
        server_header=False,  # no answer names what runs here
        timeout_graceful_shutdown=settings.stop_timeout_s,
        backlog=BACKLOG,
    )


class AnnouncingServer(uvicorn.Server):
    """Prints the address to open once it answers there."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        Console(soft_wrap=True).print(
            f"[bold]Touchstone listens.[/bold] Open {self._address}/ for the pages, {self._address}/docs for the API. "
            "Ctrl-C stops it.",
            highlight=False,
        )


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on an address; raises ConfigError naming the key to change."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(f"port: {port} is taken on {host}; stop what listens there, or --set port=0") from error
        raise ConfigError(f"host: cannot listen on {host}:{port} ({error.strerror or error})") from error
    except UnicodeError as error:  # no name server can be asked for it
        raise ConfigError(f"host: {host[:80]!r} is no host name; set it to an address of this machine") from error


def address_of(listener: socket.socket) -> str:
    """Give the address to open; an unspecified one, which means every interface, is shown as loopback."""
    host, port = listener.getsockname()[:2]
    ip = ipaddress.ip_address(host)
    shown = ("127.0.0.1" if ip.version == 4 else "::1") if ip.is_unspecified else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
