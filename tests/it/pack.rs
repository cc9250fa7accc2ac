//! Packed attributes, written as a binding writes them.

use flagbit::Value;

/// Packs attributes; `None` is an unsupported value.
pub(crate) fn pack(attributes: &[(&str, Option<Value<'_>>)]) -> Vec<u8> {
    let mut packed = vec![0, 0, 0, 0, 1, 0, 0, 0];
    for (name, value) in attributes {
        let (kind, bytes) = match *value {
            Some(Value::String(text)) => (1, text.as_bytes().to_vec()),
            Some(Value::Integer(integer)) => (2, integer.to_le_bytes().to_vec()),
            Some(Value::Unsigned(integer)) => (3, integer.to_le_bytes().to_vec()),
            Some(Value::Number(number)) => (4, number.to_le_bytes().to_vec()),
            Some(Value::Boolean(value)) => (5, vec![value.into()]),
            None => (6, Vec::new()),
        };
        packed.push(kind);
        for text in [name.as_bytes(), &bytes] {
            packed.extend_from_slice(&(text.len() as u32).to_le_bytes());
            packed.extend_from_slice(text);
        }
    }
    let length = packed.len() as u32;
    packed[..4].copy_from_slice(&length.to_le_bytes());
    packed
}
