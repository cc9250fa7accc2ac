//! Server-sent events, read piece by piece. Pure, and bounded whatever comes.

/// Longer lines and events are no FlagBit server's.
const LONGEST_LINE: usize = 4 << 10;
const LONGEST_EVENT: usize = 16 << 10;

/// An event that is complete.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Empty where the server gives none.
    pub(super) name: String,
    pub(super) data: String,
}

/// The part of an event that has arrived so far.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    after_return: bool,
    lines: u64,
}

/// A line or an event is longer than any that a FlagBit server sends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Parser {
    /// The number of lines that have ended.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Reads on; the events that this completes.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let ends_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                // The second half of one line's end.
                b'\n' if ends_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() == LONGEST_LINE => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLong> {
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        self.lines += 1;
        let line = line.strip_prefix('\u{feff}').filter(|_| self.lines == 1).unwrap_or(&line);
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.event.name = value.into(),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments, which keep the connection alive, and fields that mean nothing here.
            _ => {}
        }
        if self.event.data.len() > LONGEST_EVENT { Err(TooLong) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        let all = pieces.iter().flat_map(|piece| parser.feed(piece).unwrap());
        all.map(|event| (event.name, event.data)).collect()
    }

    fn event(name: &str, data: &str) -> (String, String) {
        (name.into(), data.into())
    }

    #[test]
    fn events_end_with_an_empty_line() {
        let text =
            b"\xef\xbb\xbfevent: snapshot\nid: 7\ndata: {\"revision\": 7}\n\n: heartbeat\n\ndata:a\ndata: b\n\ndata";
        assert_eq!(events(&[text]), [event("snapshot", "{\"revision\": 7}"), event("", "a\nb")]);
    }

    #[test]
    fn lines_may_end_in_three_ways() {
        assert_eq!(events(&[b"data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n"]).len(), 3);
        assert_eq!(events(&[b"data: 1\r", b"\n\r", b"\ndata: 2\r", b"\r"]).len(), 2);
    }

    #[test]
    fn an_event_without_data_is_none_and_half_a_one_is_not_yet_one() {
        assert_eq!(events(&[b"event: snapshot\n\n\n\n"]), []);
        assert_eq!(events(&[b"event: snapshot\ndata: 1\n"]), []);
        assert_eq!(events(&[b"event: snap", b"shot\nda", b"ta: 1\n", b"\n"]), [event("snapshot", "1")]);
        assert_eq!(events(&[b"event: x\n\ndata: 1\n\n"]), [event("", "1")], "a name is of its own event alone");
    }

    #[test]
    fn what_has_no_end_is_given_up() {
        let mut parser = Parser::default();
        assert_eq!(parser.feed(&[b'a'; LONGEST_LINE + 1]), Err(TooLong));
        let line = [b"data: ".as_slice(), &[b'a'; LONGEST_LINE - 100], b"\n"].concat();
        let mut parser = Parser::default();
        let fed: Result<Vec<_>, _> = (0..10).map(|_| parser.feed(&line)).collect();
        assert_eq!(fed, Err(TooLong));
    }

    proptest! {
        #[test]
        fn how_the_text_is_cut_does_not_matter(text in "(event: a|data: b|: c|\r|\n|\r\n|x){0,40}", cut in 0_usize..200) {
            let bytes = text.as_bytes();
            let (one, other) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(events(&[bytes]), events(&[one, other]));
        }

        #[test]
        fn no_bytes_are_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            _ = Parser::default().feed(&bytes);
        }
    }
}
