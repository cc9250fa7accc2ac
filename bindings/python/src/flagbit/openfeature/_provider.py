"""The OpenFeature provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode, GeneralError, ProviderFatalError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType
from openfeature.provider import AbstractProvider, Metadata

from ..client import Client
from ..status import Status
from ._answers import BOOLEAN, FLOAT, INTEGER, OBJECT, STRING, Type, metadata, reason, typed
from ._attributes import attributes
from ._events import SERVING, Events

T = TypeVar("T")


class FlagBitProvider(AbstractProvider):
    """Answers OpenFeature's evaluations with a FlagBit client, in this process.

    The provider owns the client from here on, and closes it when OpenFeature shuts the provider down. `ready_timeout`,
    in seconds, limits how long setting the provider waits for the first flags.
    """

    def __init__(self, client: Client, *, ready_timeout: float = 10.0) -> None:
        super().__init__()
        self._client = client
        self._ready_timeout = ready_timeout
        self._events = Events(self, client)

    @property
    def client(self) -> Client:
        """The provider's client, for the functions that OpenFeature lacks: `override`, `status`, `explain`."""
        return self._client

    def get_metadata(self) -> Metadata:
        """Returns the provider's name."""
        return Metadata(name="FlagBit")

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        """Waits for flags. Raises ProviderFatalError if a longer wait would not help, or GeneralError."""
        self._client.wait_until_ready(self._ready_timeout)
        status = self._client.status()
        if status.state == "closed":
            raise ProviderFatalError("the client is closed: make another, and a provider of it")
        self._events.start(status)
        if status.state not in SERVING:
            raise _failure(status, self._ready_timeout)

    def shutdown(self) -> None:
        """Closes the client. Later evaluations find no flags."""
        self._events.stop()
        self._client.close()

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Returns a boolean flag's answer."""
        return self._resolve(flag_key, evaluation_context, BOOLEAN)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Returns a string flag's answer."""
        return self._resolve(flag_key, evaluation_context, STRING)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Returns a number flag's answer if the number has no fraction."""
        return self._resolve(flag_key, evaluation_context, INTEGER)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Returns a number flag's answer."""
        return self._resolve(flag_key, evaluation_context, FLOAT)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """Returns a JSON flag's answer: a dict or a list that belongs to the caller."""
        return self._resolve(flag_key, evaluation_context, OBJECT)

    def _resolve(self, flag_key: str, context: EvaluationContext | None, asked: Type[T]) -> FlagResolutionDetails[T]:
        evaluation = self._client.evaluate(flag_key, attributes(context))
        if evaluation.error_code is not None:
            # The SDK replaces it with the caller's default.
            raise ErrorCode.to_exception(ErrorCode(evaluation.error_code), evaluation.error_message or "")
        return FlagResolutionDetails(
            value=typed(evaluation, asked),
            reason=reason(evaluation, self._events.is_stale),
            variant=evaluation.variant,
            flag_metadata=metadata(evaluation),
        )


def _failure(status: Status, waited: float) -> ProviderFatalError | GeneralError:
    """Returns why there are no flags."""
    if status.state == "error":
        return ProviderFatalError(status.last_error)
    return GeneralError(f"no flags within {waited:g} s: {status.last_error or f'no answer yet of the {status.source}'}")
