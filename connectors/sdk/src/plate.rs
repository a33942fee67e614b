//! A register's plate, before the bank has made it.

use payment::CodeId;

/// A plate that is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlateRequest {
    /// An open plate, which buyers pay without an order of ours, instead of a cash link: registered at the bank under this
    /// number, which is used once.
    pub open_as: Option<String>,
    /// The id of a printed plate or tag that is bound to the merchant; `None`: a new link is made.
    pub draft: Option<CodeId>,
    /// A label for the bank's cabinet; the connector cuts it to the bank's bound.
    pub description: Option<String>,
}
