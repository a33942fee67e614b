//! The checksum in codes of the Faster Payments System.

const MARK: &str = "&crc=";

/// Whether a code of the system bears a checksum that is not its own: CRC-16/CCITT-FALSE over all before `&crc=`. Such a code
/// is shown all the same, byte for byte: published samples of banks have wrong ones.
pub fn has_wrong_checksum(payload: &str) -> bool {
    let is_of_the_system =
        payload.starts_with("https://qr.nspk.ru/") || payload.starts_with("https://sub.nspk.ru/");
    let Some((before, told)) = payload.split_once(MARK).filter(|_| is_of_the_system) else { return false };
    u16::from_str_radix(told, 16) != Ok(checksum(before.as_bytes()))
}

fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |so_far, byte| {
        (0..8).fold(so_far ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_real_codes_are_right_and_a_changed_one_is_wrong() {
        assert_eq!(checksum(b"123456789"), 0x29B1);
        for (payload, is_wrong) in [
            ("https://qr.nspk.ru/AS100001ORTF4GAF80KPJ53K186D9A3G?type=01&bank=100000000007&crc=0C8A", false),
            (
                "https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&sum=1&cur=RUB&crc=AB75",
                false,
            ),
            (
                "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2?type=01&bank=100000000001&sum=10000&cur=RUB&crc=C08B",
                true,
            ),
            ("https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2", false),
            ("https://elsewhere.example/?a=1&crc=0000", false),
        ] {
            assert_eq!(has_wrong_checksum(payload), is_wrong, "{payload}");
        }
    }
}
