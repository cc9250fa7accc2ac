//! Lists of texts in one block.

use std::ffi::c_char;

use super::{handle, status::Status};

/// The place of a text in its block. A NUL follows the text.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_text {
    /// The offset in bytes from the start of the block's text.
    pub offset: u32,
    /// The length in bytes, without the NUL.
    pub length: u32,
}

/// A list of texts in UTF-8. The library makes it; free it with flagbit_text_list_free.
///
/// Threads: immutable, any.
#[repr(C)]
pub struct flagbit_text_list {
    /// The places of the `count` texts in `text`.
    pub items: *const flagbit_text,
    /// The number of texts.
    pub count: usize,
    /// All texts, each followed by a NUL.
    pub text: *const c_char,
    /// The size of all texts in bytes, with their NULs.
    pub text_length: usize,
}

/// Texts in one block, each followed by a NUL.
#[derive(Default)]
pub(super) struct Texts(Vec<u8>);

impl Texts {
    pub(super) fn one(text: &str) -> Self {
        Self([text.as_bytes(), b"\0"].concat())
    }

    /// `None` if the block would outgrow its 32-bit offsets.
    pub(super) fn add(&mut self, text: &str) -> Option<flagbit_text> {
        let offset = u32::try_from(self.0.len()).ok()?;
        let length = u32::try_from(text.len()).ok()?;
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        Some(flagbit_text { offset, length })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn into_block(self) -> Vec<u8> {
        self.0
    }
}

/// A `flagbit_text_list` with the memory that it points to. The public part comes first, so that both have one address.
#[repr(C)]
struct Owned {
    list: flagbit_text_list,
    items: Vec<flagbit_text>,
    text: Vec<u8>,
}

pub(super) fn give_list<T: AsRef<str>>(
    output: *mut *mut flagbit_text_list,
    texts: impl IntoIterator<Item = T>,
) -> Result<(), Status> {
    handle::place(output)?;
    let mut block = Texts::default();
    let items: Option<Vec<_>> = texts.into_iter().map(|text| block.add(text.as_ref())).collect();
    let (items, text) = (items.ok_or(Status::InvalidArgument)?, block.into_block());
    let list = flagbit_text_list {
        items: items.as_ptr(),
        count: items.len(),
        text: text.as_ptr().cast(),
        text_length: text.len(),
    };
    handle::give(output.cast::<*mut Owned>(), Owned { list, items, text });
    Ok(())
}

/// Frees a list of texts. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_text_list_free(list: *mut flagbit_text_list) {
    handle::free(list.cast::<Owned>());
}
