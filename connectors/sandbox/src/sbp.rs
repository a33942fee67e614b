//! What all banks of the Faster Payments System (SBP) share: ids of codes, payloads and their checksum.
//!
//! The scheme's form is `https://qr.nspk.ru/<id>?type=<01|02>&bank=<member>[&sum=<kopecks>&cur=RUB]&crc=<hex>`.

use crate::{amount::Amount, book::Kind, random::Random};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
const ID_LENGTH: usize = 32;

/// A new id of 32 characters: its first ones tell the family as on real codes.
pub(crate) fn new_code_id(random: &Random, kind: Kind) -> String {
    let mut id = String::with_capacity(ID_LENGTH);
    id.push_str(match kind {
        Kind::Dynamic => "AD1000",
        Kind::Static => "AS1000",
        Kind::Link => "AS1R00",
    });
    let (mut bits, mut left) = (0, 0);
    while id.len() < ID_LENGTH {
        if left == 0 {
            (bits, left) = (random.next(), 12);
        }
        id.push(char::from(ALPHABET[usize::from(bits.to_le_bytes()[0] & 31)]));
        (bits, left) = (bits >> 5, left - 1);
    }
    id
}

/// The text inside the QR symbol. An open amount leaves out `sum` and `cur`.
pub(crate) fn payload(id: &str, kind: Kind, member: &str, amount: Option<Amount>) -> String {
    let family = if kind == Kind::Dynamic { "02" } else { "01" };
    let sum = amount.map(|amount| format!("&sum={}&cur=RUB", amount.minor())).unwrap_or_default();
    let text = format!("https://qr.nspk.ru/{id}?type={family}&bank={member}{sum}");
    let crc = crc16(text.as_bytes());
    format!("{text}&crc={crc:04X}")
}

/// The code's id inside what a buyer pasted: a payload, its bare link, or the id alone.
pub(crate) fn code_id(text: &str) -> Option<&str> {
    let text = text.trim();
    let link = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let id = match link {
        Some(link) => {
            let (host, path) = link.split_once('/')?;
            if !matches!(host, "qr.nspk.ru" | "sub.nspk.ru") {
                return None;
            }
            path.split(['?', '/', '#']).next()?
        }
        None => text,
    };
    (id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(id)
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected, no final exclusive or.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_real_codes() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
        let rows = [
            ("AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&sum=1&cur=RUB", 0xAB75),
            ("AD10000LIELKGQDK9TSAUC4MOQHTLRPU?type=02&bank=raiffei1test&sum=111000&cur=RUB", 0x277B),
            ("AS10003P3RH0LJ2A9ROO038L6NT5RU1M?type=01&bank=000000000001&sum=10000&cur=RUB", 0xF3D0),
            ("AS1A005HCS949R4298Q9Q6UM6NJREQK6?type=01&bank=100000000008", 0x8435),
            ("BS1A0054EC7LHJ358M29KSAKOJJ638N1?type=01&bank=100000000284", 0xF07F),
            ("AS100001ORTF4GAF80KPJ53K186D9A3G?type=01&bank=100000000007", 0x0C8A),
        ];
        for (tail, expected) in rows {
            assert_eq!(crc16(format!("https://qr.nspk.ru/{tail}").as_bytes()), expected, "{tail}");
        }
    }

    #[test]
    fn a_payload_is_written_as_the_bank_writes_it() {
        assert_eq!(
            payload(
                "AD10051KNSNR64I98CRUJUASC9M72QTA",
                Kind::Dynamic,
                "100000000007",
                Some(Amount::from_minor(111_011))
            ),
            "https://qr.nspk.ru/AD10051KNSNR64I98CRUJUASC9M72QTA?type=02&bank=100000000007&sum=111011&cur=RUB&crc=0F02"
        );
        assert_eq!(
            payload("AS100032PQ7739G58NCQ457RA2OG82JP", Kind::Static, "100000000007", None),
            "https://qr.nspk.ru/AS100032PQ7739G58NCQ457RA2OG82JP?type=01&bank=100000000007&crc=81B3"
        );
    }

    #[test]
    fn ids_have_32_characters_of_the_schemes_alphabet_and_do_not_repeat() {
        let random = Random::new(1);
        let ids: std::collections::HashSet<String> =
            (0..1_000).map(|_| new_code_id(&random, Kind::Dynamic)).collect();
        assert_eq!(ids.len(), 1_000);
        for id in ids {
            assert!(id.len() == 32 && id.bytes().all(|byte| ALPHABET.contains(&byte)), "{id}");
        }
    }

    #[test]
    fn a_code_is_found_in_what_a_buyer_pastes() {
        let id = "AD100004BAL7227F9BNP6KNE007J9B3K";
        let rows = [
            (format!("https://qr.nspk.ru/{id}?type=02&bank=1&crc=AB75"), Some(id)),
            (format!("  https://qr.nspk.ru/{id}\n"), Some(id)),
            (id.to_owned(), Some(id)),
            (format!("https://example.org/{id}"), None),
            ("https://qr.nspk.ru".to_owned(), None),
            ("hello".to_owned(), None),
            (String::new(), None),
        ];
        for (text, expected) in rows {
            assert_eq!(code_id(&text), expected, "{text}");
        }
    }
}
