//! A change as one nested call of steps (`migrations/postgres/0003_commit.sql`): one round trip, in a certain order.

use std::fmt::Write;

use sqlx::encode::Encode;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::{Arguments, AssertSqlSafe, Postgres, Type};

/// A call that is being put together, the innermost step first.
#[derive(Default)]
pub(super) struct Call {
    /// All but the last bracket.
    text: String,
    arguments: PgArguments,
    marks: usize,
    unfit: Option<sqlx::Error>,
}

impl Call {
    /// Puts a step around what is there; its further arguments follow in the order of the function.
    pub(super) fn step(&mut self, function: &'static str) -> &mut Self {
        let inner = std::mem::take(&mut self.text);
        self.text = if inner.is_empty() { format!("{function}(") } else { format!("{function}({inner})") };
        self
    }

    /// Adds an argument of the last step.
    pub(super) fn bind<'value, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'value, Postgres> + Type<Postgres>,
    {
        if let Err(error) = self.arguments.add(value) {
            self.unfit = Some(sqlx::Error::Encode(error));
        }
        self.marks += 1;
        let separator = if self.text.ends_with('(') { "" } else { ", " };
        let _ = write!(self.text, "{separator}${}", self.marks);
        self
    }

    /// Makes the call: the word that the steps end with.
    pub(super) async fn run(self, connection: &mut PgConnection) -> Result<String, sqlx::Error> {
        if let Some(error) = self.unfit {
            return Err(error);
        }
        let text = AssertSqlSafe(format!("SELECT {})", self.text));
        sqlx::query_scalar_with(text, self.arguments).fetch_one(connection).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_nest_and_their_arguments_are_numbered_through() {
        let mut call = Call::default();
        call.step("begin").bind(1_i64).bind(2_i64);
        call.step("middle").bind("x");
        call.step("end").bind(true);
        assert_eq!(call.text, "end(middle(begin($1, $2), $3), $4");
    }
}
