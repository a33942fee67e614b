//! What fields and calls can't say by themselves, in words: said once, for both transports and for the guide.

/// Operations, repeats and rejections.
pub(super) const OPERATIONS: &str = "\
A pay or a refund is known by its `operation`: an id of yours, 1 to 64 characters, unique among the pays and refunds of one \
register. Write it to disk before you send it.

- **The same operation with the same essence is a repeat.** It is answered with the state and changes nothing, however often \
and however late it comes. The essence of a pay is `amount`, `payment_type`, `receipt`, `qr` and `buyer_code`; that of a refund \
is its payment and `amount`. Other fields may differ. Left out equals null, but a default that is written out is another essence. \
The asking register is part of the operation's name: a refund that is repeated by another register is another refund.
- **The same operation with another essence is `conflict`**, and what was first stays as it is: it may be open, or paid. Ask for it \
before you try anything new.
- **A rejected operation stays rejected.** If the answer to a pay or a refund names the `operation`, the rejection is recorded \
under it: it never starts, mended or not, and a repeat gets the same answer. A new try needs a new operation.
- **A rejection that names no `operation` recorded nothing** (no key, an unreadable or too long body, `429`, `5xx`), and no answer \
at all says nothing. Mend what is wrong, and send the same operation again. Nor is a rejected `claim` recorded, nor what is \
`forbidden`: it may be asked again under the same operation.
- **A cancel makes an unknown operation a cancelled one.** Cancel pays only: a refund whose fate is unknown is sent again, since its \
operation, once cancelled, never starts.
- After an end that is not *paid*, a new try of the sale is a new operation.
";

/// Events and states.
pub(super) const EVENTS: &str = "\
`sequence` numbers what happens to a payment. It rises and may have gaps. `payment.cancelling` is **not** the end: the code may still \
be paid, and `payment.cancelled`, another end, or `payment.paid` follows. `certain: false` in an end: the code may be paid until \
`payable_until`; other money may be taken all the same, what comes late goes back by itself. `test: true`: it is not money, never \
print a fiscal receipt. Ignore events, fields and codes that you do not know. `unknown_operation` does not prove that no payment will \
start: cancel, and wait for the answer. An operation that was cancelled before its pay arrived is told as `payment.cancelled` with \
`payment: null`, and its pay never starts.

Refund events go to the register that asked and to the one that was paid. `requested_by` names the first, and \
`fiscal_receipt_due` is true in its event alone: two tills never print a receipt for one return. Codes of a plate or printed \
codes can be paid twice: the money that was committed first pays, what comes second is `payment.paid_late`. `handling: manual` asks \
nothing of the till: a person gives the money back. `reason` is for people, in English or in the bank's own words: programs \
decide by `code`.
";

/// Bounds.
pub(super) const BOUNDS: &str = "\
Amounts are whole minor units (kopecks for RUB), 1 to 1,000,000,000,000,000; `100.0` is the same number as `100`. Times are RFC 3339 \
and told in UTC. A body is at most 65,536 bytes of JSON. Stores and registers are 1 to 40 of A-Z a-z 0-9 _ -. Texts without a bound of their own (`receipt`, `shift`, `cashier`, `purpose`, \
`reason`) are kept whole within the bound of the body; the bank gets as much of `purpose` as it takes. Totals count a refund at the \
register that was paid, whoever asked for it.
";

/// The stream of events over HTTP.
pub(super) const STREAM: &str = "\
The events of a register as server-sent events, in the order of their commits, each once, none left out. `id` is the cursor, \
`event` the event's name, `data` the event as JSON on one line. The first frame has an `id` and no event: the place where the \
stream begins. A comment line comes each 10 seconds while nothing happens; a connection that is silent for 25 seconds is dead. \
After a break, connect again with the last `id` as `Last-Event-ID`: nothing is missed, over restarts of both sides.

The stream begins behind `Last-Event-ID`, else behind `after`, else at the first event: all that ever happened, told as it was then. \
A register that has lost its cursor begins with `after=latest` and asks for its operations. A cursor that is ahead of the newest event \
(the database was restored, or the service is another one) is refused. Answers to calls are not in it: no \
`payment.state`, no `request.rejected`, no `register.*`, and no `payment.cancelled` of a pay that never arrived.
";
