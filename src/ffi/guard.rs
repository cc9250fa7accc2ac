//! No panic leaves the library.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::status::Status;

/// Runs the body of an exported function.
#[inline]
pub(super) fn guard(body: impl FnOnce() -> Result<(), Status>) -> Status {
    guard_or(Status::Panic, || body().map_or_else(|status| status, |()| Status::Ok))
}

/// Runs the body of an exported function that returns a value; returns `fallback` if it panics.
#[inline]
pub(super) fn guard_or<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    // The panic leaves its state behind locks that do not poison, or in an object that the caller may only free.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_or_the_fallback() {
        assert_eq!(guard(|| panic!("on purpose")), Status::Panic);
        assert_eq!(guard(|| Ok(())), Status::Ok);
        assert_eq!(guard(|| Err(Status::Closed)), Status::Closed);
        assert!(guard_or(true, || panic!("on purpose")));
    }
}
