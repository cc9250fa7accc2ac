/** The numbers of include/flagbit.h. A test compares the two. */

export const Status = {
  OK: 0,
  NULL_ARGUMENT: 1,
  INVALID_UTF8: 2,
  INVALID_ARGUMENT: 3,
  BAD_STRUCT_SIZE: 4,
  MALFORMED_CONTEXT: 5,
  UNSUPPORTED_VALUE: 6,
  CLOSED: 10,
  TIMEOUT: 11,
  BUFFER_TOO_SMALL: 12,
  SNAPSHOT_REFUSED: 20,
  IO: 30,
  THREAD: 31,
  REFUSED: 32,
  UNAVAILABLE: 33,
  PANIC: 90,
} as const;

export const Option = {
  SNAPSHOT: 1,
  FILE: 2,
  VALUES: 3,
  WATCH: 4,
  MAX_SNAPSHOT_BYTES: 5,
  URL: 10,
  SERVER_KEY: 11,
  API_KEY: 12,
  PROJECT_ID: 13,
  BOOTSTRAP: 14,
  CACHE_PATH: 15,
  POLL_INTERVAL_MS: 16,
  CONNECT_TIMEOUT_MS: 17,
  TIMEOUT_MS: 18,
  STALE_AFTER_MS: 19,
  STREAM: 20,
  CA_FILE: 21,
  SYSTEM_ROOTS: 22,
  PROXY: 23,
  HEADER: 24,
} as const;

export const Kind = {
  NONE: 0,
  BOOLEAN: 1,
  STRING: 2,
  NUMBER: 3,
  JSON: 4,
} as const;

export const Reason = {
  ERROR: 0,
  DISABLED: 1,
  TARGETING_MATCH: 2,
  PERCENTAGE_ROLLOUT: 3,
  DEFAULT: 4,
} as const;

export const ErrorCode = {
  FLAG_NOT_FOUND: 1,
  PROVIDER_NOT_READY: 2,
  PARSE_ERROR: 3,
  TYPE_MISMATCH: 4,
  INVALID_CONTEXT: 5,
  GENERAL: 6,
} as const;

export const State = {
  INITIALIZING: 0,
  READY: 1,
  STALE: 2,
  ERROR: 3,
  CLOSED: 4,
} as const;

export const AttributeKind = {
  STRING: 1,
  INTEGER: 2,
  UNSIGNED: 3,
  NUMBER: 4,
  BOOLEAN: 5,
  UNSUPPORTED: 6,
  LIST: 7,
} as const;

export type StatusName = keyof typeof Status;
