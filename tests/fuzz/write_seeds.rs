//! Writes the seeds of every target, or of those that are named, below corpus/.

#[path = "seeds.rs"]
mod seeds;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, make) in seeds::ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == target) {
            fs::create_dir_all(corpus.join(target))?;
            for (number, seed) in make().into_iter().enumerate() {
                fs::write(corpus.join(target).join(format!("seed-{number:03}")), seed)?;
            }
        }
    }
    Ok(())
}
