//! Records: everything the program finds out or does, as data that feeds both the screen and `--json`.

pub mod html;
pub mod record;
pub mod sarif;
pub mod text;

pub use record::{Bundle, Change, Listed, Record, Summary};
