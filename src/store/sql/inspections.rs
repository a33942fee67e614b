//! The texts of the inspection.

/// A round that is walked for the first time begins before every payment.
pub(crate) const TAKE_ROUND: &str = "INSERT INTO inspections (epoch, held_until, round, reached) \
     VALUES ($1, $2, $3, $5) ON CONFLICT (round) DO UPDATE SET epoch = excluded.epoch, held_until = excluded.held_until \
     WHERE inspections.held_until <= $4 RETURNING reached";

pub(crate) const LEAVE_ROUND: &str = "UPDATE inspections SET reached = $1, held_until = $2 \
     WHERE round = $3 AND epoch = $4 RETURNING reached";

pub(crate) const EVIDENCE: &str = "SELECT id, opened_at, checkout, state, FALSE AS delivered, epoch, \
     status, is_open, settled, sequence, wake_at FROM payments WHERE id = $1";
