//! Parameters of calls: read by the same rules, with the same words, as the fields of a body.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use engine::contract::{Fault, read_fields, schema_of};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::Problem;

/// What a query asks for. A parameter that the call does not know is refused: it would be missed in silence.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned + JsonSchema, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let pairs = pairs.map_err(|_| Problem::invalid("query", "the query can't be read"))?.0;
        let fields = fields(pairs, &schema_of::<T>()["properties"])?;
        Ok(Self(read_fields(&fields)?))
    }
}

/// The pairs as fields of the kinds that the schema wants. What is of another kind stays text, for the reader to refuse.
fn fields(pairs: Vec<(String, String)>, known: &Value) -> Result<Map<String, Value>, Fault> {
    let mut fields = Map::new();
    for (name, text) in pairs {
        let Some(schema) = known.get(&name) else { return Err(unknown(&name, known)) };
        let value = match text.parse() {
            Ok(number) if is_kind(schema, "integer") => Value::Number(number),
            _ if is_kind(schema, "boolean") && text == "true" => Value::Bool(true),
            _ if is_kind(schema, "boolean") && text == "false" => Value::Bool(false),
            _ => Value::String(text),
        };
        if fields.insert(name.clone(), value).is_some() {
            return Err(Fault::invalid(&name, format!("{name} is given twice")));
        }
    }
    Ok(fields)
}

/// A parameter that the call does not know. One without a name is a fault of the whole query.
fn unknown(name: &str, known: &Value) -> Fault {
    let names: Vec<&str> = known.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let names = names.join(", ");
    match name {
        "" => Fault::invalid("query", format!("a parameter has no name; there are: {names}")),
        name => Fault::invalid(name, format!("there is no such parameter; there are: {names}")),
    }
}

fn is_kind(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Wanted {
        receipt: Option<String>,
        amount: Option<i64>,
        #[schemars(length(min = 1, max = 40))]
        register: String,
    }

    async fn read(query: &str) -> Result<(Option<String>, Option<i64>, String), (String, String)> {
        let request = Request::get(format!("/api?{query}")).body(()).unwrap();
        let asked = Asked::<Wanted>::from_request_parts(&mut request.into_parts().0, &()).await;
        match asked {
            Ok(Asked(Wanted { receipt, amount, register })) => Ok((receipt, amount, register)),
            Err(problem) => Err(problem.named()),
        }
    }

    #[tokio::test]
    async fn parameters_are_read_as_what_they_are() {
        let read_all = read("receipt=000123&amount=198&register=3%2D1").await;
        assert_eq!(read_all, Ok((Some("000123".to_owned()), Some(198), "3-1".to_owned())));
        assert_eq!(read("register=7").await, Ok((None, None, "7".to_owned())));
    }

    #[tokio::test]
    async fn a_wrong_parameter_is_named_and_told_what_is_wanted() {
        for (query, field, reason) in [
            ("register=3&amount=ten", "amount", "amount is wrong: it must be a whole number"),
            ("register=3&amount=", "amount", "amount is wrong: it must be a whole number"),
            ("receipt=1", "register", "register is missing: it must be text of 1 to 40 characters"),
            (
                "register=3&reciept=1",
                "reciept",
                "there is no such parameter; there are: amount, receipt, register",
            ),
            ("register=3&register=4", "register", "register is given twice"),
            ("register=3&=", "query", "a parameter has no name; there are: amount, receipt, register"),
            ("=7", "query", "a parameter has no name; there are: amount, receipt, register"),
        ] {
            assert_eq!(read(query).await, Err((field.to_owned(), reason.to_owned())), "{query}");
        }
    }
}
