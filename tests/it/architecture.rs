//! The absences that ARCHITECTURE.md states, and what the header promises of the library's symbols.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "no sources in {folder}");
    files
}

fn assert_absent(folder: &str, words: &[&str], except: &[&str]) {
    for (path, text) in sources(folder) {
        if except.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in words {
                assert!(!line.contains(word), "{}:{}: `{word}` has no place here", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn the_engine_has_no_io_clock_thread_or_unsafe_code() {
    let io = ["std::fs", "std::io", "std::net", "std::env", "println!", "eprintln!"];
    let clock_and_threads =
        ["std::time", "Instant", "SystemTime", "std::thread", "Mutex", "RwLock", "Condvar", "Atomic"];
    let arrows = ["crate::client", "crate::ffi", "unsafe"];
    assert_absent("src/engine", &[&io[..], &clock_and_threads, &arrows].concat(), &[]);
}

#[test]
fn the_client_does_not_know_the_c_abi_and_is_unsafe_in_one_file() {
    assert_absent("src/client", &["crate::ffi", "c_char"], &[]);
    assert_absent("src/client", &["unsafe"], &["process.rs"]);
}

#[test]
fn one_folder_knows_the_network() {
    for (path, text) in sources("src") {
        let knows = ["ureq", "std::net", "TcpStream"].iter().any(|word| text.contains(word));
        assert!(!knows || path.starts_with(root().join("src/client/network")), "{} knows the network", path.display());
    }
}

/// A host's clock may jump: waits and ages are counted on the one that does not. The host's dates what is written to the
/// cache, and a server's `Retry-After` where the server has no date itself.
#[test]
fn no_wait_depends_on_the_hosts_clock() {
    const DATES: [&str; 5] = ["cache.rs", "fetch.rs", "fuzz.rs", "replacement.rs", "retry.rs"];
    assert_absent("src/client/network", &["SystemTime"], &DATES);
    for (path, text) in sources("src/client/network") {
        let dates = DATES.iter().any(|name| path.ends_with(name));
        assert!(!(dates && text.contains("Instant")), "{}: one clock a file", path.display());
    }
}

#[test]
fn nothing_unwraps_what_comes_from_outside() {
    let modules = ["src/client", "src/ffi", "src/engine"];
    for (path, text) in modules.iter().flat_map(|folder| sources(folder)) {
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("] {
            // The version's text is checked while the library is compiled.
            let compile_time = path.ends_with("version.rs") && word == "panic!(";
            assert!(compile_time || !code.contains(word), "{}: `{word}` in library code", path.display());
        }
    }
}

#[test]
fn every_exported_function_is_guarded_or_cannot_panic() {
    let mut exported = 0;
    // The header leaves out what only fuzzing compiles.
    let shipped = sources("src/ffi").into_iter().filter(|(path, _)| !path.ends_with("fuzz.rs"));
    for (path, text) in shipped {
        for function in text.split("#[unsafe(no_mangle)]").skip(1) {
            let body = &function[..function.find("\n}\n").unwrap()];
            let plain = ["handle::free(", ".as_ptr()", "FLAGBIT_ABI_MAJOR", "name(", "map_or(Status::NullArgument"];
            let guarded = ["guard(", "fill(", "is_enabled(default_value"];
            assert!(
                guarded.iter().chain(&plain).any(|call| body.contains(call)),
                "{}: not guarded:{body}",
                path.display()
            );
            exported += 1;
        }
    }
    let header = fs::read_to_string(root().join("include/flagbit.h")).unwrap();
    let declared = header.matches("\nFLAGBIT_API").count();
    assert_eq!(exported, declared, "functions exported and functions declared");
}
