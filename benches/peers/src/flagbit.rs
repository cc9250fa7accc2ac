//! FlagBit, as a C program sees it.

use std::{
    ffi::{c_char, c_void},
    path::PathBuf,
    ptr,
};

use crate::{
    common::{packed::Packed, users::User},
    peer::Peer,
};

// From include/flagbit.h.
const OK: i32 = 0;
const OPTION_FILE: i32 = 2;

unsafe extern "C" {
    fn flagbit_options_new(options: *mut *mut c_void) -> i32;
    fn flagbit_options_set_string(
        options: *mut c_void,
        option: i32,
        value: *const c_char,
        length: usize,
        error: *mut *mut c_void,
    ) -> i32;
    fn flagbit_options_free(options: *mut c_void);
    fn flagbit_client_open(options: *const c_void, client: *mut *mut c_void, error: *mut *mut c_void) -> i32;
    fn flagbit_client_from_snapshot(
        text: *const c_char,
        length: usize,
        client: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn flagbit_context_new(packed: *const u8, length: usize, context: *mut *mut c_void, error: *mut *mut c_void)
    -> i32;
    fn flagbit_is_enabled_n(
        client: *const c_void,
        key: *const c_char,
        length: usize,
        context: *const c_void,
        default: bool,
    ) -> bool;
    fn flagbit_is_enabled_with_n(
        client: *const c_void,
        key: *const c_char,
        length: usize,
        packed: *const u8,
        packed_length: usize,
        default: bool,
    ) -> bool;
}

/// Handles are left to the end of the process, here and below.
pub(crate) struct FlagBit(*mut c_void);

impl FlagBit {
    pub(crate) fn from_snapshot(text: &str) -> Self {
        let mut client = ptr::null_mut();
        // SAFETY: text with its length, and a place for the client.
        let status =
            unsafe { flagbit_client_from_snapshot(text.as_ptr().cast(), text.len(), &mut client, ptr::null_mut()) };
        assert_eq!(status, OK);
        Self(client)
    }
}

impl Peer for FlagBit {
    const NAME: &'static str = "FlagBit, through the C ABI";
    const FORMAT: &'static str = "flagbit";
    type Context = Context;

    fn load(path: PathBuf) -> Self {
        let path = path.to_str().expect("UTF-8");
        let (mut options, mut client, no_error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: the options are made before they are used and freed after it; each output has a place.
        unsafe {
            assert_eq!(flagbit_options_new(&mut options), OK);
            let set = flagbit_options_set_string(options, OPTION_FILE, path.as_ptr().cast(), path.len(), no_error);
            assert_eq!(set, OK);
            assert_eq!(flagbit_client_open(options, &mut client, no_error), OK);
            flagbit_options_free(options);
        }
        Self(client)
    }

    fn context(user: &User) -> Context {
        let packed = Packed::new(user.attributes());
        let mut context = ptr::null_mut();
        // SAFETY: a buffer with its length, and a place for the context.
        let status = unsafe {
            flagbit_context_new(packed.bytes().as_ptr(), packed.bytes().len(), &mut context, ptr::null_mut())
        };
        assert_eq!(status, OK);
        Context(context)
    }

    fn is_on(&self, flag: &str, context: &Context) -> bool {
        // SAFETY: live handles, and a key with its length.
        unsafe { flagbit_is_enabled_n(self.0, flag.as_ptr().cast(), flag.len(), context.0, false) }
    }

    /// The attributes are packed for the call, as the bindings do it.
    fn is_on_for(&self, flag: &str, user: &User) -> bool {
        let packed = Packed::new(user.attributes());
        let (key, bytes) = (flag.as_ptr().cast(), packed.bytes());
        // SAFETY: a live client, and a key and a buffer with their lengths.
        unsafe { flagbit_is_enabled_with_n(self.0, key, flag.len(), bytes.as_ptr(), bytes.len(), false) }
    }
}

pub(crate) struct Context(*mut c_void);
