"""Asks a FlagBit library for boolean answers, through the C ABI alone: the same calls in every version since 0.1."""

import ctypes
import struct

KIND_BOOLEAN = 1
DISABLED, TARGETING_MATCH, PERCENTAGE_ROLLOUT, DEFAULT = 1, 2, 3, 4

REFUSED = "/"  # the snapshot as a whole
ERROR = "!"
OTHER_KIND = "?"  # an answer, but no boolean


class Evaluation(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("error_code", ctypes.c_int32), ("reason", ctypes.c_int32),
                ("kind", ctypes.c_int32), ("rule_index", ctypes.c_int32), ("enabled", ctypes.c_uint32),
                ("number", ctypes.c_double), ("variant_id", ctypes.c_uint64), ("generation", ctypes.c_uint64),
                ("is_static", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


def pack(context):
    """Packed attributes, as include/flagbit.h describes them."""
    packed = b""
    for name, value in context.items():
        if isinstance(value, bool):
            kind, data = 5, bytes([value])
        elif isinstance(value, int):
            kind, data = (2, struct.pack("<q", value)) if value < 2**63 else (3, struct.pack("<Q", value))
        elif isinstance(value, float):
            kind, data = 4, struct.pack("<d", value)
        else:
            kind, data = 1, value.encode()
        packed += struct.pack("<BI", kind, len(name.encode())) + name.encode() + struct.pack("<I", len(data)) + data
    return struct.pack("<IBBBB", 8 + len(packed), 1, 0, 0, 0) + packed


def letter(evaluation):
    """An answer as one character: `-` disabled, `1` and `0` the default; the rule that decided is a letter, from `A`
    where its attributes matched and from `P` where a percentage did, in lower case where the answer is off.
    """
    enabled, index = evaluation.enabled == 1, evaluation.rule_index
    if evaluation.error_code != 0:
        return ERROR
    if evaluation.kind != KIND_BOOLEAN:
        return OTHER_KIND
    if evaluation.reason == DISABLED and not enabled and index == -1:
        return "-"
    if evaluation.reason == DEFAULT and index == -1:
        return "1" if enabled else "0"
    first = {TARGETING_MATCH: "A", PERCENTAGE_ROLLOUT: "P"}.get(evaluation.reason)
    assert first is not None and 0 <= index < 8, f"no letter for reason {evaluation.reason}, rule {index}"
    return chr(ord(first if enabled else first.lower()) + index)


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        self.c.flagbit_client_free.argtypes = [ctypes.c_void_p]
        self.abi = self.c.flagbit_abi_version()

    def answers(self, case):
        """A letter for each flag and context, flag by flag, or REFUSED."""
        text, client = case.text.encode(), ctypes.c_void_p()
        if self.c.flagbit_client_from_snapshot(text, ctypes.c_size_t(len(text)), ctypes.byref(client), None) != 0:
            return REFUSED
        contexts = [pack(context) for context in case.contexts]
        try:
            return "".join(self.answer(client, key.encode(), context) for key in case.keys for context in contexts)
        finally:
            self.c.flagbit_client_free(client)

    def answer(self, client, key, packed):
        evaluation = Evaluation(struct_size=ctypes.sizeof(Evaluation))
        status = self.c.flagbit_evaluate_with_n(client, key, ctypes.c_size_t(len(key)), packed,
                                                ctypes.c_size_t(len(packed)), ctypes.byref(evaluation))
        assert status == 0, f"an evaluation of {key} is refused with {status}"
        return letter(evaluation)
