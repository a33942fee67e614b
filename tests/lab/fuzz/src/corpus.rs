//! The samples of a target.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::mutate::{Tongue, trees_of};

/// The samples, and the parts of all of them that mutations borrow.
pub(crate) struct Corpus {
    /// Each with its file's name, in the order of names.
    pub(crate) samples: Vec<(String, Vec<u8>)>,
    /// Every tree in them.
    pub(crate) trees: Vec<Value>,
    /// Every name of a field in them.
    pub(crate) names: Vec<String>,
}

impl Corpus {
    /// Reads a folder. A target without samples tests nothing, so that is an error.
    pub(crate) fn read(folder: &Path, tongue: Tongue) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("the corpus {}: {error}", folder.display());
        let mut samples = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| wrong(&error))? {
            let path = entry.map_err(|error| wrong(&error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            samples.push((name, fs::read(&path).map_err(|error| wrong(&error))?));
        }
        samples.sort();
        if samples.is_empty() {
            return Err(wrong(&"it has no sample"));
        }
        Ok(Self::of(samples, tongue))
    }

    pub(crate) fn of(samples: Vec<(String, Vec<u8>)>, tongue: Tongue) -> Self {
        let trees: Vec<Value> = samples.iter().flat_map(|(_, sample)| trees_of(sample, tongue)).collect();
        let mut names = Vec::new();
        for tree in &trees {
            collect_names(tree, &mut names);
        }
        names.sort();
        names.dedup();
        Self { samples, trees, names }
    }
}

fn collect_names(tree: &Value, names: &mut Vec<String>) {
    match tree {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            names.push(name.clone());
            collect_names(value, names);
        }),
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, names)),
        _ => {}
    }
}
