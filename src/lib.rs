//! rootfix repairs the trust bundle that a program was told to use, proves the repair, and can undo it.
//!
//! Data flows one way:
//!
//! ```text
//! locate -> Target -> read -> Store -> assess -> Assessment -> plan -> Plan -> preview | apply -> Receipt -> prove -> Proof -> report
//! ```
//!
//! Everything from [`store`] to [`plan`] is pure: bytes and time come in as arguments. Only `locate`, `apply`,
//! `probe` and `rehearse` touch the world, only `cli` knows the command line, and only `lang` and `report` hold
//! sentences.
#![deny(unsafe_code)]
#![warn(missing_debug_implementations)]

pub mod apply;
pub mod assess;
pub mod certificate;
pub mod cli;
pub mod custody;
pub mod diff;
pub mod finding;
pub mod keytool;
mod known;
pub mod lang;
#[cfg(all(test, unix))]
#[path = "../tests/common/lifeline.rs"]
mod lifeline;
pub mod locate;
pub mod password;
pub mod pin;
pub mod plan;
pub mod prefix;
pub mod probe;
pub mod proof;
pub mod prove;
pub mod readers;
pub mod rehearse;
pub mod report;
pub mod rollover;
mod scratch;
pub mod store;
#[cfg(target_os = "linux")]
mod sys;
#[cfg(windows)]
#[path = "sys_windows.rs"]
mod sys;
pub mod system_store;
mod timed;
