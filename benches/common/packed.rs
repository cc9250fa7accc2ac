//! Packs attributes for one call, as `flagbit_attributes_*` of the C header do.

const STRING: u8 = 1;

/// A context of strings in a buffer on the stack.
pub(crate) struct Packed {
    buffer: [u8; 512],
    length: usize,
}

impl Packed {
    #[inline]
    pub(crate) fn new<'a>(attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut packed = Self { buffer: [0; 512], length: 0 };
        packed.append(&[0, 0, 0, 0, 1, 0, 0, 0]);
        for (name, value) in attributes {
            packed.append(&[STRING]);
            for text in [name, value] {
                packed.append(&(text.len() as u32).to_le_bytes());
                packed.append(text.as_bytes());
            }
        }
        packed.buffer[..4].copy_from_slice(&(packed.length as u32).to_le_bytes());
        packed
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    #[inline]
    fn append(&mut self, bytes: &[u8]) {
        self.buffer[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}
