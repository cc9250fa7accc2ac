"""Translates the client's events into OpenFeature's. The thread of the client's listeners emits all of them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import suppress

from openfeature.client import OpenFeatureClient
from openfeature.event import EventDetails, ProviderEvent, ProviderEventDetails
from openfeature.exception import ErrorCode
from openfeature.provider import AbstractProvider, FeatureProvider

from ..client import Client
from ..status import Status

SERVING = ("ready", "stale")
"""The states in which there are flags."""

_OUTCOMES = (ProviderEvent.PROVIDER_READY, ProviderEvent.PROVIDER_ERROR)


class Events:
    """Tells the SDK each new state and each change once."""

    def __init__(self, provider: AbstractProvider, client: Client) -> None:
        self._provider = provider
        self._client = client
        self._sdk = _Hearing(provider)
        self._stops: list[Callable[[], None]] = []
        self._told = ""
        """The state that the SDK has heard of."""
        self.is_stale = False

    def start(self, status: Status) -> None:
        """Is called before `initialize` ends with this status: the SDK itself emits READY, or ERROR after a raise.

        The SDK emits it after `initialize`. An event of ours could come before that, and READY would then hide STALE.
        So the provider tells states only after the SDK has emitted its event.
        """
        self.stop()
        self.is_stale = status.state == "stale"
        self._told = "ready" if status.state in SERVING else status.state
        self._stops.append(self._client.on_change(self._changed))
        for event in _OUTCOMES:
            self._sdk.add_handler(event, self._sdk_spoke)

    def stop(self) -> None:
        """Ends the events."""
        self._stop_hearing()
        while self._stops:
            self._stops.pop()()

    def _sdk_spoke(self, _details: EventDetails) -> None:
        self._stop_hearing()
        self._stops.append(self._client._listeners.on_state(self._state_is))

    def _stop_hearing(self) -> None:
        for event in _OUTCOMES:
            # The SDK forgets all handlers when it is shut down.
            with suppress(ValueError):
                self._sdk.remove_handler(event, self._sdk_spoke)

    def _changed(self, keys: list[str] | None) -> None:
        # The first flags are not a change: READY announces them.
        if self._told in SERVING:
            changed = self._client.flags() if keys is None else keys
            self._provider.emit_provider_configuration_changed(ProviderEventDetails(flags_changed=changed))

    def _state_is(self, status: Status) -> None:
        self.is_stale = status.state == "stale"
        told, self._told = self._told, status.state
        if status.state == told:
            return
        if status.state == "ready":
            self._provider.emit_provider_ready(ProviderEventDetails())
        elif status.state == "stale":
            self._provider.emit_provider_stale(ProviderEventDetails(message=_lost(status)))
        elif status.state == "error":
            code = ErrorCode.PROVIDER_FATAL
            self._provider.emit_provider_error(ProviderEventDetails(message=status.last_error, error_code=code))


class _Hearing(OpenFeatureClient):
    """Hears of one provider in all its domains, which the SDK does not tell providers."""

    def __init__(self, provider: FeatureProvider) -> None:
        super().__init__(domain=None, version=None)
        # The SDK keeps every object that ever had a handler, for as long as that object lives.
        self._provider = weakref.ref(provider)

    @property
    def provider(self) -> FeatureProvider:
        return self._provider() or super().provider


def _lost(status: Status) -> str:
    """Returns why the flags may be out of date."""
    since = f"since {status.last_success:%Y-%m-%dT%H:%M:%SZ}" if status.last_success else "yet"
    return status.last_error or f"no contact {since}"
