//! The user's own program, as it is, against a stand-in of the new server.

pub mod chain;
pub mod rsa;
pub mod server;

#[cfg(test)]
mod tests {
    /// Whether a real client is here. Without it a test shows nothing: an error where all must be tested, and a loud
    /// line elsewhere.
    pub fn installed(program: &str) -> bool {
        let found = std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(program).is_file()));
        assert!(found || std::env::var_os("CI").is_none(), "{program} is not installed");
        if !found {
            eprintln!("SKIPPED: {program} is not installed, so this test shows nothing");
        }
        found
    }
}
