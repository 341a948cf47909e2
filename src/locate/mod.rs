//! Finding the bundles that programs are told to use.

pub mod java_home;
