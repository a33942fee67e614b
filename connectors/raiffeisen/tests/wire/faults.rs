//! A bank that fails on the wire: the split between what was not sent and what may have been.

use connector_sdk::conformance::wire_faults;
use payment::CodeKind;

use crate::bank::connect;

#[tokio::test]
async fn whatever_breaks_on_the_wire_is_not_sent_or_unknown() {
    wire_faults(CodeKind::Dynamic, |base_url| connect(base_url, &[])).await;
}

#[tokio::test]
async fn static_codes_and_cash_links_fail_no_worse() {
    for kind in [CodeKind::Static, CodeKind::CashLink] {
        wire_faults(kind, |base_url| connect(base_url, &[])).await;
    }
}

#[tokio::test]
async fn the_newer_refund_interface_fails_no_worse() {
    wire_faults(CodeKind::Dynamic, |base_url| connect(base_url, &[("refund_path", "v2")])).await;
}
