//! Packed attributes, written as a binding writes them.

use flagbit::Value;

/// Packs attributes; `None` is an unsupported value.
pub(crate) fn pack(attributes: &[(&str, Option<Value<'_>>)]) -> Vec<u8> {
    let mut packed = vec![0, 0, 0, 0, 1, 0, 0, 0];
    for (name, value) in attributes {
        let (kind, bytes) = kind_and_bytes(*value);
        packed.push(kind);
        push_text(&mut packed, name.as_bytes());
        push_text(&mut packed, &bytes);
    }
    let length = packed.len() as u32;
    packed[..4].copy_from_slice(&length.to_le_bytes());
    packed
}

fn kind_and_bytes(value: Option<Value<'_>>) -> (u8, Vec<u8>) {
    match value {
        Some(Value::String(text)) => (1, text.as_bytes().to_vec()),
        Some(Value::Integer(integer)) => (2, integer.to_le_bytes().to_vec()),
        Some(Value::Unsigned(integer)) => (3, integer.to_le_bytes().to_vec()),
        Some(Value::Number(number)) => (4, number.to_le_bytes().to_vec()),
        Some(Value::Boolean(value)) => (5, vec![value.into()]),
        None => (6, Vec::new()),
        Some(Value::List(items)) => {
            let mut list = Vec::new();
            for item in items {
                let (kind, bytes) = kind_and_bytes(Some(*item));
                list.push(kind);
                push_text(&mut list, &bytes);
            }
            (7, list)
        }
    }
}

fn push_text(packed: &mut Vec<u8>, text: &[u8]) {
    packed.extend_from_slice(&(text.len() as u32).to_le_bytes());
    packed.extend_from_slice(text);
}
