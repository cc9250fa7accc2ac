//! Content codings: bodies that are compressed, once or several times, under any of their names.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use ureq::http::{HeaderMap, header};

/// The coding that the client asks for.
pub(super) const ACCEPTED: &str = "gzip";
/// Each one takes memory, and no server compresses more often.
const MOST_CODINGS: usize = 4;

/// Returns a reader of the body without its codings. The error is the list of codings, if the client knows one of them
/// not or there are too many.
pub(super) fn decode<'b>(headers: &HeaderMap, body: impl Read + 'b) -> Result<Box<dyn Read + 'b>, String> {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let list = lines.collect::<Vec<_>>().join(", ");
    let codings = list.split(',').map(|coding| coding.trim().to_ascii_lowercase());
    let codings: Vec<_> = codings.filter(|coding| !matches!(&**coding, "" | "identity")).collect();
    if codings.len() > MOST_CODINGS || codings.iter().any(|coding| !matches!(&**coding, "gzip" | "x-gzip")) {
        return Err(list);
    }
    let plain: Box<dyn Read + 'b> = Box::new(body);
    Ok(codings.iter().fold(plain, |reader, _| Box::new(MultiGzDecoder::new(reader))))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(lines: &[&str], body: &[u8]) -> Result<Vec<u8>, String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::CONTENT_ENCODING, line.parse().unwrap());
        }
        let mut text = Vec::new();
        decode(&headers, body)?.read_to_end(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn codings_are_undone_under_any_of_their_names() {
        let (once, twice) = (gzip(b"text"), gzip(&gzip(b"text")));
        for (lines, body) in [
            (&[][..], b"text".as_slice()),
            (&["identity"], b"text"),
            (&[""], b"text"),
            (&["gzip"], &once),
            (&["GZIP"], &once),
            (&["x-gzip"], &once),
            (&[" X-GZip , identity"], &once),
            (&["gzip, x-gzip"], &twice),
            (&["gzip", "gzip"], &twice),
        ] {
            assert_eq!(decoded(lines, body).as_deref(), Ok(b"text".as_slice()), "{lines:?}");
        }
    }

    #[test]
    fn what_was_not_asked_for_is_named() {
        assert_eq!(decoded(&["gzip, br"], b""), Err("gzip, br".into()));
        assert_eq!(decoded(&["deflate"], b""), Err("deflate".into()));
        let many = ["gzip"; MOST_CODINGS + 1];
        assert_eq!(decoded(&many, b""), Err(many.join(", ")));
    }
}
