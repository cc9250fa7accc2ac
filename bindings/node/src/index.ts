/** FlagBit answers whether a feature is on for a user: in this process, and the same in every language. */

export { FlagBit, type AnyContext, type AttributesOf, type Override } from './flagbit.js';
export { Context, type Attributes, type AttributeValue, type Scalar } from './context.js';
export {
  ClosedError,
  ContextError,
  FileError,
  FlagBitError,
  LibraryError,
  SnapshotError,
  type StatusName,
} from './errors.js';
export type {
  ErrorCodeName,
  Evaluation,
  ExplainedRule,
  Explanation,
  FlagValue,
  JsonValue,
  ReasonName,
} from './evaluation.js';
export type { FlagBitEvents } from './listeners.js';
export type { Logger } from './log.js';
export type { ClientOptions, FileOptions, FlagValues, OpenOptions, ServerOptions, Snapshot } from './options.js';
export type { ClientStatus, StateName } from './status.js';
