//! The bugs: mistakes that people make, each in the place where they would make it.

/// A mistake, as an exchange of one piece of text.
pub(crate) struct Bug {
    pub(crate) name: &'static str,
    /// The promises that it is a breach of: one of them must break.
    pub(crate) breaks: &'static [&'static str],
    pub(crate) file: &'static str,
    pub(crate) right: &'static str,
    pub(crate) wrong: &'static str,
}

pub(crate) const BUGS: [Bug; 10] = [
    Bug {
        name: "ack before commit",
        breaks: &["P2"],
        file: "src/engine/intake.rs",
        right: "Outcome::Later => Receipt::Later,",
        wrong: "Outcome::Later => Receipt::Ack,",
    },
    Bug {
        name: "downgrade to failed",
        breaks: &["P7"],
        file: "src/payment/refund_answers.rs",
        right: "Err(CallError::Unknown(cause)) if is_awaited => unknown(step, &refund, cause),",
        wrong: "Err(CallError::Unknown(cause)) if is_awaited => {
            let refusal = Refusal { kind: RefusalKind::Other, bank_code: String::new(), message: cause };
            fail(step, &refund, refusal);
        }",
    },
    Bug {
        name: "forgotten wake",
        breaks: &["P6"],
        file: "src/payment/due.rs",
        right: "Some(earliest.unwrap_or_else(|| now.plus(SETTLE_AFTER)))",
        wrong: "earliest",
    },
    Bug {
        name: "double refund on unknown",
        breaks: &["P4"],
        file: "src/payment/refund_answers.rs",
        right: "    step.record(Fact::RefundUnknown { refund: refund.id, cause });",
        wrong: "    return step.record(Fact::RefundNotSent { refund: refund.id, cause, not_before: step.now });
    #[allow(unreachable_code)]",
    },
    Bug {
        name: "event before commit",
        breaks: &["P2", "P9"],
        file: "src/engine/feed.rs",
        right: "        self.make_durable(Change { epoch, at, payment: Some(change), operation: request.operation }).await?;
        self.tell(&payment, &outgoing);",
        wrong: "        self.outbox().hand_over(self, outgoing);
        let outgoing = Vec::new();
        self.make_durable(Change { epoch, at, payment: Some(change), operation: request.operation }).await?;
        self.tell(&payment, &outgoing);",
    },
    Bug {
        name: "lost sequence",
        breaks: &["P9"],
        file: "src/engine/outbox.rs",
        right: "                    if engine.pause(SEND_AGAIN_AFTER).await.is_err() {",
        wrong: "                    self.queues().pop(&key);
                    self.mark(&key, letter.sequence, false);
                    if engine.pause(SEND_AGAIN_AFTER).await.is_err() {",
    },
    Bug {
        name: "code not withdrawn",
        breaks: &["P1", "P7"],
        file: "src/payment/withdrawing.rs",
        right: "        Err(error) => uncertain(step, id, error.to_string()),",
        wrong: "        Err(_) => die(step, id, DeathCause::Annulled),",
    },
    Bug {
        name: "late credit ignored",
        breaks: &["P1"],
        file: "src/payment/crediting.rs",
        right: "    let is_ours = order == Some(attempt.id.to_string().as_str());",
        wrong: "    if !step.payment.is_open() {
        return;
    }
    let is_ours = order == Some(attempt.id.to_string().as_str());",
    },
    Bug {
        name: "epoch not checked",
        breaks: &["P2", "P6"],
        file: "src/engine/feed.rs",
        right: "                self.renew_epoch(epoch).await?;
                Err(FeedError::Conflict)",
        wrong: "                self.renew_epoch(epoch).await?;
                Ok(())",
    },
    Bug {
        name: "create repeated after unknown",
        breaks: &["P1"],
        file: "src/engine/calls.rs",
        right: "            Ok(turn) => turn.call(self, call.deadline, turn.bank.issue(&request)).await,",
        wrong: "            Ok(turn) => match turn.call(self, call.deadline, turn.bank.issue(&request)).await {
                Err(CallError::Unknown(_)) => turn.call(self, call.deadline, turn.bank.issue(&request)).await,
                answer => answer,
            },",
    },
];
