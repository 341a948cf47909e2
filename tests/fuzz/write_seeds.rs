//! `seeds DIR TARGET` writes what a target begins with below DIR.

#[path = "seeds.rs"]
mod seeds;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let [dir, target] = std::env::args().skip(1).collect::<Vec<_>>().try_into().expect("a directory and a target");
    let (_, make) = seeds::ALL.iter().find(|(name, _)| *name == target).expect("a target of that name");
    let dir = Path::new(&dir).join(target);
    fs::create_dir_all(&dir)?;
    for (number, seed) in make().into_iter().enumerate() {
        fs::write(dir.join(format!("seed-{number:03}")), seed)?;
    }
    Ok(())
}
