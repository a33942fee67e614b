//! Makes a failing input smaller, so that people see what matters in it.

/// The most tries. Each runs the property once.
const TRIES: usize = 600;

/// The smallest part of an input, found by leaving out pieces, that still fails.
pub(crate) fn shrink(input: &[u8], fails: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut least = input.to_vec();
    let mut tries = 0;
    let mut piece = least.len().div_ceil(2);
    while piece > 0 && tries < TRIES {
        let (mut at, before) = (0, least.len());
        while at < least.len() && tries < TRIES {
            tries += 1;
            let end = (at + piece).min(least.len());
            let without = [&least[..at], &least[end..]].concat();
            if fails(&without) { least = without } else { at = end }
        }
        let got_smaller = least.len() < before;
        if !got_smaller || piece > least.len() {
            piece /= 2;
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_left_out() {
        let fails = |input: &[u8]| input.contains(&b'!') && input.contains(&b'?');
        assert_eq!(shrink(b"some long text? with a word or two!", &fails), b"?!");
        assert_eq!(shrink(b"", &|_| true), b"");
    }
}
