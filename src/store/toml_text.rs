//! TOML texts from outside, read so that no text can break the reader.

use toml::Table;
use toml_parser::lexer::TokenKind;
use toml_parser::{Source, Span};

/// How deep brackets and dotted names may be nested. No setting needs half of it. The reader follows each level on the stack,
/// and its own limit is forgotten by texts that are no TOML: without this one a few kilobytes end the process.
const DEPTH_AT_MOST: usize = 32;

/// Why a text can't be read as TOML. Quotes nothing of the text: it may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TomlError {
    /// It is no TOML.
    #[error("line {line} is not TOML: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// Brackets, or dotted names, are nested too deep.
    #[error(
        "line {line} is nested deeper than any setting ({DEPTH_AT_MOST} levels of brackets and dotted names): close the brackets before it"
    )]
    TooDeep {
        /// The line, from 1.
        line: usize,
    },
}

impl TomlError {
    /// The line that is to be mended, from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Syntax { line, .. } | Self::TooDeep { line } => *line,
        }
    }
}

/// Reads a TOML text of at most 31 levels: brackets, and the dots of the names before and in them.
pub fn read_toml(text: &str) -> Result<Table, TomlError> {
    if let Some(span) = too_deep(text) {
        return Err(TomlError::TooDeep { line: line_at(text, span.start()) });
    }
    text.parse().map_err(|error: toml::de::Error| TomlError::Syntax {
        line: line_at(text, error.span().map_or(0, |span| span.start)),
        message: error.message().trim().replace('\n', " "),
    })
}

/// Where a text is nested too deep, if it is. Counts on the words of the reader itself, so that both see the same strings and
/// comments; a bracket is closed by its like only, so that the reader is never deeper than what is counted.
fn too_deep(text: &str) -> Option<Span> {
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    let (mut depth, mut dots) = (0, 0);
    for token in Source::new(text).lex() {
        match token.kind() {
            TokenKind::Dot => dots += 1,
            TokenKind::Comma | TokenKind::Newline => dots = 0,
            kind @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => {
                open.push((kind, 1 + dots));
                depth += 1 + dots;
                dots = 0;
            }
            TokenKind::RightSquareBracket => depth -= close(&mut open, TokenKind::LeftSquareBracket),
            TokenKind::RightCurlyBracket => depth -= close(&mut open, TokenKind::LeftCurlyBracket),
            _ => {}
        }
        if depth + dots >= DEPTH_AT_MOST {
            return Some(token.span());
        }
    }
    None
}

/// The levels that are left by closing the innermost bracket, if it is of this kind.
fn close(open: &mut Vec<(TokenKind, usize)>, kind: TokenKind) -> usize {
    open.pop_if(|(last, _)| *last == kind).map_or(0, |(_, levels)| levels)
}

fn line_at(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<usize, usize> {
        match read_toml(text) {
            Ok(table) => Ok(table.len()),
            Err(TomlError::TooDeep { line }) => Err(line),
            Err(error @ TomlError::Syntax { .. }) => panic!("{error}"),
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_by_its_line() {
        let arrays = |count: usize| format!("a = 1\nb = {}{}", "[".repeat(count), "]".repeat(count));
        let tables = |count: usize| format!("a = {}1{}", "{ x = ".repeat(count), "}".repeat(count));
        let names = |dots: usize| format!("[a{}]\nb = 1\n[c]", ".x".repeat(dots));
        let mixed = |count: usize| format!("\n\na = {}1{}", "{ x.y = [".repeat(count), "] }".repeat(count));
        for (text, expected) in [
            (arrays(31), Ok(2)),
            (arrays(32), Err(2)),
            (tables(31), Ok(1)),
            (tables(5_000), Err(1)),
            (names(30), Ok(2)),
            (names(31), Err(1)),
            (mixed(10), Ok(1)),
            (mixed(11), Err(3)),
        ] {
            assert_eq!(read(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_deep_is_read() {
        let many = "[".repeat(100);
        for text in [
            format!("a = \"{many}\"\nb = '{many}'"),
            format!("a = 1 # {many}\nb = 2"),
            format!("a = '''\n{many}\n'''\nb = \"\"\"\\\"\"\"{many}\"\"\""),
            format!("a = [ # {many}\n1]\n\"{many}\" = 2"),
            format!("a = [{}]\nb = [{}]", "[1.5, 2.5],".repeat(100), "{ x.y = 1.25 },".repeat(100)),
            format!(
                "b.c = 1\n{}",
                (0..100).map(|number| format!("[a.{number}.x]")).collect::<Vec<_>>().join("\n")
            ),
            "b.c = 1\n".to_owned() + &"[[a.b]]\nc = [[1, 2]]\n".repeat(100),
        ] {
            assert_eq!(read(&text), Ok(2), "{text}");
        }
    }

    /// Found by fuzzing: the reader forgets its own limit over brackets that have no business where they stand.
    #[test]
    fn no_text_overflows_the_stack() {
        for part in [
            "c = {  [a]\n",
            "c = { ]",
            "c = [ }",
            "c = {[",
            "{",
            "[",
            "[[",
            "a.",
            "a={b.b.b.b.b=[",
            "{ = ",
            "[a\n",
        ] {
            for times in [33, 500, 20_000] {
                let text = part.repeat(times);
                let error = read_toml(&text).expect_err("it is no TOML");
                assert!(error.line() <= text.lines().count(), "{error}");
            }
        }
    }
}
