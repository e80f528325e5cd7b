//! Figures, on demand: `cargo test --release -- --ignored --nocapture figures`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use regorus::Value as Rego;

use super::corpus::{object, policies};
use super::{Case, Policy, parameters, try_compile};
use crate::policy::{
    HashKey, Input, Key, Memo, MemoLimits, Projection, ReadSet, Review, Scope, Situation,
};

const ROUNDS: u32 = 2000;

fn time<T>(mut what: impl FnMut() -> T) -> Duration {
    for _ in 0..ROUNDS / 10 {
        black_box(what());
    }
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(what());
    }
    start.elapsed() / ROUNDS
}

fn fresh<'a>(case: &'a Case, key: &'a HashKey) -> Input<'a> {
    case.input(key)
}

fn line(name: &str, policy: &Policy, case: &Case) -> String {
    let key = HashKey::new(&[7; 16]);
    let analysis = time(|| ReadSet::of(&policy.program, &policy.entry, None, None));
    let Ok(reads) = &policy.reads else {
        return format!("{name:32} {:?}", policy.reads.as_ref().err());
    };
    let (projection, parameters) = (&reads.projection, parameters());
    let input = fresh(case, &key);
    let hash = time(|| projection.hash(&input));
    let first_hash = time(|| projection.hash(&fresh(case, &key)));
    let project = time(|| projection.project(&fresh(case, &key), &parameters));
    let value = projection.project(&input, &parameters);
    let run = time(|| policy.run(value.clone()));
    let whole = Projection::whole().project(&input, &parameters);
    let all = time(|| policy.run(whole.clone()));
    format!(
        "{name:32} places {:3}  analysis {analysis:>9.1?}  hash {first_hash:>8.1?} again {hash:>8.1?}  \
         project {project:>8.1?}  run {run:>8.1?} on whole {all:>8.1?}",
        projection.size()
    )
}

#[test]
#[ignore = "prints figures"]
fn figures_of_the_corpus() {
    let case = Case::of(&object());
    let policies = policies();
    for (name, policy) in &policies {
        println!("{}", line(name, policy, &case));
    }
    let bounded: Vec<&Policy> =
        policies.iter().map(|(_, policy)| policy).filter(|policy| policy.reads.is_ok()).collect();
    println!("bounded: {} of {}", bounded.len(), policies.len());
    together(&bounded[..25.min(bounded.len())], &case);
}

/// All of a set of policies: the first sight of an object, and the next.
fn together(policies: &[&Policy], case: &Case) {
    let key = HashKey::new(&[7; 16]);
    let parameters = parameters();
    let union = Projection::union(policies.iter().map(|policy| policy.projection()));
    let whole = Projection::whole();
    let n = policies.len();
    let input = || fresh(case, &key);
    let convert = time(|| whole.project(&input(), &parameters));
    let document = whole.project(&input(), &parameters);
    let plain = time(|| policies.iter().map(|policy| policy.run(document.clone())).count());
    let first = time(|| {
        let input = input();
        let run = |policy: &&Policy| {
            black_box(policy.projection().hash(&input));
            policy.run(policy.projection().project(&input, &parameters))
        };
        policies.iter().map(run).count()
    });
    let hashes = time(|| {
        let input = input();
        policies.iter().map(|policy| policy.projection().hash(&input)).fold(0, |a, b| a ^ b)
    });
    let limits = MemoLimits { entries: 4096, bytes: 4 << 20 };
    let scopes: Vec<Scope> = (0..n).map(|n| Scope::of([n.to_le_bytes().as_slice()])).collect();
    let mut memo: Memo<Rego> = Memo::new(limits);
    let each = time(|| {
        let input = input();
        for (policy, scope) in policies.iter().zip(&scopes) {
            let hash = policy.projection().hash(&input);
            let key = Key { scope: *scope, epoch: 1, input: hash };
            let run = || policy.run(policy.projection().project(&input, &parameters));
            let _ = black_box(memo.get_or_try(key, |_| 100, run));
        }
    });
    let mut sets: Memo<usize> = Memo::new(limits);
    let at_once = time(|| {
        let key = Key { scope: scopes[0], epoch: 1, input: union.hash(&input()) };
        sets.get_or_try(key, |_| 100, || Ok::<_, ()>(n))
    });
    println!("{n} policies: convert whole {convert:.1?}, run {plain:.1?}");
    println!("  first sight (hash, project, run) {first:.1?}, of it hashes {hashes:.1?}");
    println!(
        "  again, one by one {each:.1?}; again, at once {at_once:.1?} ({} places)",
        union.size()
    );
}

/// A folder of policies: `LESSOR_POLICIES=DIR`, with `policy.rego` files, and
/// `lib/*.rego` for all of them. `LESSOR_VERBOSE=1` shows what is read.
#[test]
#[ignore = "prints figures"]
fn figures_of_a_folder() {
    let Some(folder) = std::env::var_os("LESSOR_POLICIES") else { return };
    let files = texts(folder.as_ref());
    let is_lib = |path: &std::path::Path| path.parent().is_some_and(|dir| dir.ends_with("lib"));
    let libs: Vec<&str> =
        files.iter().filter(|(path, _)| is_lib(path)).map(|(_, text)| text.as_str()).collect();
    let create = Case::of(&object());
    let mut all = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| !is_lib(path)) {
        let package = text.lines().find_map(|line| line.strip_prefix("package ")).unwrap_or("p");
        let entry = format!("data.{}.violation", package.trim());
        let modules: Vec<&str> = libs.iter().copied().chain([text.as_str()]).collect();
        match try_compile(&modules, &entry, path.to_string_lossy().contains(".v0.")) {
            Ok(program) => {
                let policy = Policy::at(program, &entry);
                println!("{}", line(package, &policy, &create));
                if std::env::var_os("LESSOR_VERBOSE").is_some() {
                    let situation = Situation {
                        operation: "CREATE".into(),
                        ..Situation::of(&Review::of(&create.request))
                    };
                    let reads = ReadSet::of(&policy.program, &entry, Some(&situation), None);
                    match reads {
                        Ok(reads) => println!("{}\n", reads.projection),
                        Err(error) => println!("{error}\n"),
                    }
                }
                all.push(policy);
            }
            Err(error) => println!("{package}: {error}"),
        }
    }
    let bounded: Vec<&Policy> = all.iter().filter(|policy| policy.reads.is_ok()).collect();
    println!("bounded {} of {}", bounded.len(), all.len());
    together(&bounded, &create);
}

fn texts(folder: &std::path::Path) -> Vec<(std::path::PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|extension| extension == "rego")
            && !path.to_string_lossy().contains("_test")
        {
            let text = std::fs::read_to_string(&path).expect("a text");
            found.push((path, text));
        }
    }
    found.sort();
    found
}
