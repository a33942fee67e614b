//! The texts of the inspection.

pub(crate) const TAKE_ROUND: &str = "UPDATE inspections SET epoch = $1, held_until = $2 \
     WHERE round = $3 AND held_until <= $4 RETURNING reached";

pub(crate) const LEAVE_ROUND: &str = "UPDATE inspections SET reached = $1, held_until = $2 \
     WHERE round = $3 AND epoch = $4 RETURNING reached";

pub(crate) const EVIDENCE: &str = "SELECT id, opened_at, checkout, state, FALSE AS delivered, epoch, \
     status, is_open, settled, sequence, wake_at FROM payments WHERE id = $1";
