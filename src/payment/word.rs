//! Stable words of the contract (contract.md §3) that decisions produce.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as the contract spells it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// The `status` of a payment.
    Status {
        /// Asked for; no code yet.
        Accepted => "accepted",
        /// A code is shown.
        AwaitingPayment => "awaiting_payment",
        /// The buyer's bank carries a payment out.
        Processing => "processing",
        /// The end is wanted but not certain.
        Cancelling => "cancelling",
        /// Paid.
        Paid => "paid",
        /// Refused for good.
        Declined => "declined",
        /// Not paid in time.
        Expired => "expired",
        /// Cancelled.
        Cancelled => "cancelled",
        /// Could not be carried out.
        Failed => "failed",
        /// A person must decide.
        Review => "review",
    }
}

words! {
    /// How a payment ends without money.
    EndWord {
        /// The bank refuses every further try.
        Declined => "declined",
        /// Not paid in time.
        Expired => "expired",
        /// Cancelled by the register or a person.
        Cancelled => "cancelled",
        /// Could not be carried out.
        Failed => "failed",
    }
}

words! {
    /// Why a payment ended without money.
    EndCode {
        /// The register or a person cancelled.
        Cancelled => "cancelled",
        /// The code's life ran out.
        Expired => "expired",
        /// The buyer's bank refused for good.
        Declined => "declined",
        /// No authorization server could be reached in time.
        BankUnavailable => "bank_unavailable",
        /// The bank refused to make a code.
        BankRefused => "bank_refused",
        /// The amount is outside of the bank's bounds.
        AmountOutOfRange => "amount_out_of_range",
        /// Another payment had the register's plate for too long.
        LinkBusy => "link_busy",
        /// A person ended the review as not paid.
        ReviewFailed => "review_failed",
        /// It had to wait, and its turn came later than the register wanted it to be started.
        Stale => "stale",
        /// The operation that it supersedes is paid, or a person must decide on it.
        SupersededPaid => "superseded_paid",
    }
}

words! {
    /// Why a request changed nothing.
    RejectCode {
        /// The request breaks the contract; the field says where.
        Invalid => "invalid",
        /// The operation is known with another essence.
        Conflict => "conflict",
        /// The register has an open payment, and may have one only.
        RegisterBusy => "register_busy",
        /// No such operation.
        UnknownOperation => "unknown_operation",
        /// The store has no such payment type.
        UnknownPaymentType => "unknown_payment_type",
        /// No such store, or no such register in it.
        UnknownRegister => "unknown_register",
        /// No such verb in this version of the contract.
        UnknownVerb => "unknown_verb",
        /// It came too late to be started.
        Stale => "stale",
        /// The sender may not do this.
        Forbidden => "forbidden",
        /// The body is larger than a command may be.
        TooLarge => "too_large",
        /// The amount is outside of the contract's bounds or of the bank's.
        AmountOutOfRange => "amount_out_of_range",
        /// The currency is unknown, not the store's, or not the payment's.
        CurrencyNotSupported => "currency_not_supported",
        /// Nothing could show the code.
        NoOutput => "no_output",
        /// The payment has not been paid.
        NotPaid => "not_paid",
        /// More than what is left of the payment.
        RefundExceedsPaid => "refund_exceeds_paid",
        /// The bank can't give this back.
        RefundNotSupported => "refund_not_supported",
        /// Another refund of this payment is under way.
        RefundInProgress => "refund_in_progress",
        /// The scheme's limit of tries.
        RefundLimit => "refund_limit",
        /// There is no late money to claim.
        NothingToClaim => "nothing_to_claim",
        /// Test money has no fiscal receipt.
        TestMoney => "test_money",
    }
}
