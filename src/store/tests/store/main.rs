//! Every store behaves alike: each rule of the port is one function, run on each of them. What only one kind of store
//! can do or suffer has a file of its own.

mod behaviour;
mod sample;
mod subject;
mod suite;
