//! The texts that ask a database how it is.

pub(crate) const SQLITE_VERSION: &str = "SELECT 'SQLite ' || sqlite_version()";

pub(crate) const SQLITE_SIZE: &str =
    "SELECT page_count * page_size FROM pragma_page_count() JOIN pragma_page_size()";

pub(crate) const SQLITE_FILE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";

/// A new epoch ends every older one.
pub(crate) const SQLITE_INSTANCE: &str =
    "SELECT epoch, started_at FROM instances ORDER BY epoch DESC LIMIT 1";

pub(crate) const POSTGRES_VERSION: &str =
    "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)";

pub(crate) const POSTGRES_SIZE: &str = "SELECT pg_database_size(current_database())";

pub(crate) const POSTGRES_INSTANCES: &str = "SELECT epoch, started_at FROM instances \
     WHERE renewed_at >= now_micros() - $1 ORDER BY epoch";
