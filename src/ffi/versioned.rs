//! Structs of the caller that may be of an older or a newer version.

use std::{mem, ptr};

use super::{handle, status::Status};

/// A `repr(C)` struct whose first field is `struct_size: u32`.
pub(super) trait Versioned: Copy {
    /// The size of the struct in version 0.1: no caller has a smaller one.
    const FIRST_SIZE: usize;
    /// Checked while the library is compiled: structs only grow.
    const GROWN: () = assert!(mem::size_of::<Self>() >= Self::FIRST_SIZE);
}

/// A struct of the size that the caller knows.
pub(super) struct Output<T> {
    place: *mut T,
    size: usize,
}

impl<T: Versioned> Output<T> {
    #[inline]
    pub(super) fn new(place: *mut T) -> Result<Self, Status> {
        let () = T::GROWN;
        handle::place(place)?;
        // SAFETY: not NULL, and the header asks for at least this first field, set.
        let size = unsafe { place.cast::<u32>().read() } as usize;
        if size < T::FIRST_SIZE { Err(Status::BadStructSize) } else { Ok(Self { place, size }) }
    }

    /// Writes the fields that both sides know, and sets the fields that only the caller knows to zero. The size stays: it
    /// is the value's own only where both are equal.
    #[inline(always)]
    pub(super) fn write(&self, value: impl Fn() -> T) {
        // The sizes are nearly always equal. The fields then go from registers to the caller's memory.
        if self.size == mem::size_of::<T>() {
            // SAFETY: the header asks for `size` writable bytes.
            unsafe { self.place.write_unaligned(value()) }
        } else {
            self.write_part(&value());
        }
    }

    #[cold]
    #[inline(never)]
    fn write_part(&self, value: &T) {
        let known = self.size.min(mem::size_of::<T>());
        let (from, to) = (ptr::from_ref(value).cast::<u8>(), self.place.cast::<u8>());
        let start = mem::size_of::<u32>();
        // SAFETY: the header asks for `size` writable bytes; the first `known` of them are also in `value`.
        unsafe {
            ptr::copy_nonoverlapping(from.add(start), to.add(start), known - start);
            to.add(known).write_bytes(0, self.size - known);
        }
    }
}
