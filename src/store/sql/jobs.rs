//! The jobs of outputs. States: 0 waits, 1 is being shown, 2 is on, 3 is being cleared, 4 over.

/// Another payment's hold ends with that payment. One that is not seen yet counts as open.
pub(crate) const HOLD: &str = "INSERT INTO console_holds (store, owner, console, payment) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (store, owner, console) DO UPDATE SET payment = excluded.payment \
     WHERE console_holds.payment = excluded.payment OR EXISTS \
     (SELECT 1 FROM payments WHERE payments.id = console_holds.payment AND NOT payments.is_open)";

pub(crate) const HOLDER: &str =
    "SELECT payment FROM console_holds WHERE store = $1 AND owner = $2 AND console = $3";

pub(crate) const ORDER: &str = "INSERT INTO output_jobs \
     (payment, console, store, owner, site, device, clears, ordered_at, live_until, state) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT DO NOTHING";

pub(crate) const WITHDRAW: &str = "UPDATE output_jobs SET state = 4 \
     WHERE payment = $1 AND console = $2 AND state = 0";

pub(crate) const LAPSE_ONE: &str = "UPDATE output_jobs SET state = CASE WHEN clears THEN 2 ELSE 4 END, \
     lease_until = NULL, outcome = 'not_confirmed', reason = $1 \
     WHERE payment = $2 AND console = $3 AND state = 1 AND lease_until <= $4";

pub(crate) const STANDING: &str =
    "SELECT state, outcome, reason FROM output_jobs WHERE payment = $1 AND console = $2";

pub(crate) const LAPSE_SHOWN: &str = "UPDATE output_jobs SET state = CASE WHEN clears THEN 2 ELSE 4 END, \
     lease_until = NULL, outcome = 'not_confirmed', reason = $1 \
     WHERE site = $2 AND state = 1 AND lease_until <= $3";

pub(crate) const LAPSE_CLEARED: &str = "UPDATE output_jobs \
     SET state = CASE WHEN live_until > $1 THEN 2 ELSE 4 END, lease_until = NULL \
     WHERE site = $2 AND state = 3 AND lease_until <= $3";

/// What nobody began of payments that are over, and what a later code that stands on the same device has replaced: one
/// that is only being put there may yet fail.
pub(crate) const DROP_OVER: &str = "UPDATE output_jobs SET state = 4 WHERE site = $1 AND ((state = 0 AND EXISTS \
     (SELECT 1 FROM payments WHERE payments.id = output_jobs.payment AND NOT payments.is_open)) \
     OR (state = 2 AND EXISTS (SELECT 1 FROM output_jobs AS later WHERE later.site = output_jobs.site \
     AND later.device = output_jobs.device AND later.ordered_at > output_jobs.ordered_at AND later.state = 2)))";

pub(crate) const ANY: &str = "SELECT payment FROM output_jobs WHERE site = $1 AND state < 4 LIMIT 1";

/// A code that waits goes first: it takes the place of the dead one that would else be taken away before it.
pub(crate) const CANDIDATES: &str = "SELECT job.payment, job.console, job.store, job.owner, job.device, job.state \
     FROM output_jobs AS job JOIN payments ON payments.id = job.payment \
     WHERE job.site = $1 AND ((job.state = 0 AND job.live_until > $2 \
     AND payments.status IN ('awaiting_payment', 'processing')) OR (job.state = 2 AND NOT payments.is_open)) \
     ORDER BY job.state, job.ordered_at, job.payment, job.console LIMIT 200";

/// Takes a job if it still is as it was seen, and its device does no other. The code must be live, or be over.
pub(crate) const LEASE: &str = "UPDATE output_jobs SET state = $1, lease_until = $2 \
     WHERE payment = $3 AND console = $4 AND state = $5 AND NOT EXISTS \
     (SELECT 1 FROM output_jobs AS other WHERE other.site = output_jobs.site \
     AND other.device = output_jobs.device AND other.state IN (1, 3)) AND EXISTS \
     (SELECT 1 FROM payments WHERE payments.id = output_jobs.payment \
     AND (output_jobs.state = 2 OR payments.status IN ('awaiting_payment', 'processing')))";

pub(crate) const END_SHOWN: &str = "UPDATE output_jobs SET state = CASE WHEN clears THEN $1 ELSE 4 END, \
     lease_until = NULL, outcome = $2, reason = $3 WHERE payment = $4 AND console = $5 AND state = 1 AND lease_until = $6";

pub(crate) const END_CLEARED: &str = "UPDATE output_jobs SET state = 4, lease_until = NULL \
     WHERE payment = $1 AND console = $2 AND state = 3 AND lease_until = $3";
