//! The commands of ESC/POS that this printer knows; every other byte is a fault.

/// A command, or a run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `ESC @`.
    Initialize,
    /// `FS .`: leave the mode for Chinese characters.
    KanjiOff,
    /// `ESC t n`.
    Page(u8),
    /// `ESC a n`: 0 left, 1 middle, 2 right.
    Justify(u8),
    /// `ESC E n`.
    Bold(bool),
    /// `GS ! n`: times as wide, times as high.
    Size(u8, u8),
    /// Printable bytes.
    Text(Vec<u8>),
    /// `LF`.
    LineFeed,
    /// `ESC d n`.
    Feed(u8),
    /// `GS v 0`: bytes in a row and the rows.
    Raster {
        /// Bytes in a row.
        stride: usize,
        /// The rows, one after the other.
        data: Vec<u8>,
    },
    /// `GS ( k` 165, 167, 169: model, module, level.
    CodeSetting(u8, u8),
    /// `GS ( k` 180.
    CodeData(Vec<u8>),
    /// `GS ( k` 181.
    CodePrint,
    /// `GS V A n`, `GS V B n`: whether a bridge is left.
    Cut {
        /// A bridge is left.
        partial: bool,
    },
    /// `DLE EOT n`.
    RealTimeStatus(u8),
    /// `GS r 1`.
    PaperStatus,
}

/// The bytes are not what this printer understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}: {what}")]
pub struct Fault {
    /// Where.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

/// Reads all commands.
pub fn read(bytes: &[u8]) -> Result<Vec<Command>, Fault> {
    let mut commands = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match next(&bytes[at..]) {
            Ok(Some((command, length))) => {
                commands.push(command);
                at += length;
            }
            Ok(None) => return Err(Fault { at, what: "the bytes end inside of a command".to_owned() }),
            Err(what) => return Err(Fault { at, what }),
        }
    }
    Ok(commands)
}

/// The first command and its length; `None`: more bytes are needed.
pub(crate) fn next(bytes: &[u8]) -> Result<Option<(Command, usize)>, String> {
    let Some(first) = bytes.first() else { return Ok(None) };
    match first {
        0x0A => Ok(Some((Command::LineFeed, 1))),
        0x20..=0x7E | 0x80..=0xFF => {
            let text: Vec<u8> =
                bytes.iter().copied().take_while(|byte| *byte >= 0x20 && *byte != 0x7F).collect();
            let length = text.len();
            Ok(Some((Command::Text(text), length)))
        }
        0x10 => fixed(bytes, 3, |rest| match rest {
            [0x04, n @ 1..=4] => Some(Command::RealTimeStatus(*n)),
            _ => None,
        }),
        0x1B => escape(bytes),
        0x1C => fixed(bytes, 2, |rest| (rest == [0x2E]).then_some(Command::KanjiOff)),
        0x1D => group(bytes),
        other => Err(format!("unknown byte {other:02X}")),
    }
}

fn escape(bytes: &[u8]) -> Result<Option<(Command, usize)>, String> {
    match bytes.get(1) {
        None => Ok(None),
        Some(0x40) => Ok(Some((Command::Initialize, 2))),
        Some(_) => fixed(bytes, 3, |rest| match rest {
            [0x74, n] => Some(Command::Page(*n)),
            [0x61, n @ 0..=2] => Some(Command::Justify(*n)),
            [0x45, n @ 0..=1] => Some(Command::Bold(*n == 1)),
            [0x64, n] => Some(Command::Feed(*n)),
            _ => None,
        }),
    }
}

fn group(bytes: &[u8]) -> Result<Option<(Command, usize)>, String> {
    match bytes.get(1) {
        None => Ok(None),
        Some(0x21) => fixed(bytes, 3, |rest| match rest {
            [_, n] if n & 0x88 == 0 => Some(Command::Size((n >> 4) + 1, (n & 7) + 1)),
            _ => None,
        }),
        Some(0x56) => fixed(bytes, 4, |rest| match rest {
            [_, 0x41, 0] => Some(Command::Cut { partial: false }),
            [_, 0x42, 0] => Some(Command::Cut { partial: true }),
            _ => None,
        }),
        Some(0x72) => fixed(bytes, 3, |rest| (rest[1] == 1).then_some(Command::PaperStatus)),
        Some(0x76) => raster(bytes),
        Some(0x28) => code(bytes),
        Some(other) => Err(format!("unknown command GS {other:02X}")),
    }
}

/// A command of a known length.
fn fixed(
    bytes: &[u8],
    length: usize,
    read: impl Fn(&[u8]) -> Option<Command>,
) -> Result<Option<(Command, usize)>, String> {
    let Some(whole) = bytes.get(..length) else { return Ok(None) };
    match read(&whole[1..]) {
        Some(command) => Ok(Some((command, length))),
        None => Err(format!("unknown command {whole:02X?}")),
    }
}

fn raster(bytes: &[u8]) -> Result<Option<(Command, usize)>, String> {
    let Some(head) = bytes.get(..8) else { return Ok(None) };
    if head[2..4] != [0x30, 0] {
        return Err(format!("unknown kind of picture {:02X?}", &head[2..4]));
    }
    let stride = usize::from(head[4]) + 256 * usize::from(head[5]);
    let rows = usize::from(head[6]) + 256 * usize::from(head[7]);
    if stride == 0 || rows == 0 || rows > 255 {
        return Err(format!("a picture of {stride} bytes and {rows} rows"));
    }
    let Some(data) = bytes.get(8..8 + stride * rows) else { return Ok(None) };
    // Real printers see real-time commands in the middle of pictures too.
    if data.windows(2).any(|pair| pair[0] == 0x10 && matches!(pair[1], 0x04 | 0x05 | 0x14)) {
        return Err("a picture with a real-time command in it".to_owned());
    }
    Ok(Some((Command::Raster { stride, data: data.to_vec() }, 8 + stride * rows)))
}

fn code(bytes: &[u8]) -> Result<Option<(Command, usize)>, String> {
    let Some(head) = bytes.get(..7) else { return Ok(None) };
    let length = usize::from(head[3]) + 256 * usize::from(head[4]);
    if head[2] != 0x6B || head[5] != 0x31 || length < 3 {
        return Err(format!("unknown command {head:02X?}"));
    }
    let Some(body) = bytes.get(7..5 + length) else { return Ok(None) };
    let command = match (head[6], body) {
        (0x41, [model, 0]) => Command::CodeSetting(0x41, *model),
        (function @ (0x43 | 0x45), [value]) => Command::CodeSetting(function, *value),
        (0x50, [0x30, data @ ..]) => Command::CodeData(data.to_vec()),
        (0x51, [0x30]) => Command::CodePrint,
        _ => return Err(format!("unknown function {:02X} of codes: {body:02X?}", head[6])),
    };
    Ok(Some((command, 5 + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_printer_of_ours_is_sent_is_a_fault() {
        for (bytes, what) in [
            (&b"\x07"[..], "at byte 0: unknown byte 07"),
            (b"ok\x1BX1", "at byte 2: unknown command [1B, 58, 31]"),
            (b"\x1DV\x41\x01", "at byte 0: unknown command [1D, 56, 41, 01]"),
            (b"\x1Dv0\x00\x01\x00\x01\x00", "at byte 0: the bytes end inside of a command"),
            (b"\x1Dv0\x01\x01\x00\x01\x00\x00", "at byte 0: unknown kind of picture [30, 01]"),
            (b"\x1Dv0\x00\x02\x00\x01\x00\x10\x04", "at byte 0: a picture with a real-time command in it"),
            (b"\x7F", "at byte 0: unknown byte 7F"),
        ] {
            assert_eq!(read(bytes).unwrap_err().to_string(), what);
        }
    }

    #[test]
    fn a_command_in_two_pieces_waits_for_the_second() {
        let whole = b"\x1D(k\x06\x00\x311P0abc";
        let whole = [&whole[..6], &whole[7..]].concat();
        for end in 1..whole.len() {
            assert_eq!(next(&whole[..end]), Ok(None), "{end}");
        }
        assert_eq!(next(&whole), Ok(Some((Command::CodeData(b"abc".to_vec()), whole.len()))));
    }
}
