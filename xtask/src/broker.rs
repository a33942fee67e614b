//! The broker of a command: the one that the caller names, or a private node for the time of the lab.

use std::path::{Path, PathBuf};

use crate::failure::Outcome;
use crate::lab::Lab;
use crate::need::{self, RABBITMQ};
use crate::node::Node;

/// A broker that runs.
#[derive(Debug)]
pub(crate) struct Broker {
    url: String,
    folder: Option<PathBuf>,
}

impl Broker {
    /// The broker at `url`, or, if there is none, a private one that is installed, started and waited for.
    pub(crate) fn at_or_private(url: Option<&str>, lab: &Lab) -> Outcome<Self> {
        match url {
            Some(url) => Ok(Self { url: url.to_owned(), folder: None }),
            None => Self::private(lab),
        }
    }

    /// A private broker, stopped with the lab.
    pub(crate) fn private(lab: &Lab) -> Outcome<Self> {
        need::ensure(&[&RABBITMQ])?;
        let node = Node::prepare(&lab.folder().join("rabbitmq"))?;
        node.start(|command| lab.spawn(command))?;
        Ok(Self { url: node.url(), folder: Some(node.folder().to_owned()) })
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The folder of a private node, with its script `control`. A broker of the caller's is not ours to disturb.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
}
