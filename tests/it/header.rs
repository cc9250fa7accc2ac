//! `include/flagbit.h` is generated from `src/ffi`, and the numbers of each binding are generated from the header. All
//! of them are committed: this test compares them, and `make header` writes them again.

mod codes;

use std::{env, fs, path::Path};

use cbindgen::{Builder, Config};
use codes::Codes;

/// The files, in the order of the header.
const SOURCES: [&str; 22] = [
    "src/ffi/version.rs",
    "src/ffi/status.rs",
    "src/engine/evaluate.rs",
    "src/client/state.rs",
    "src/ffi/names.rs",
    "src/engine/packed.rs",
    "src/engine/unsupported.rs",
    "src/ffi/attributes.rs",
    "src/ffi/text_list.rs",
    "src/ffi/error.rs",
    "src/ffi/context.rs",
    "src/client/options/setting.rs",
    "src/ffi/options.rs",
    "src/ffi/evaluation.rs",
    "src/ffi/client.rs",
    "src/ffi/report.rs",
    "src/ffi/evaluate.rs",
    "src/ffi/value.rs",
    "src/ffi/evaluate_all.rs",
    "src/ffi/explain.rs",
    "src/ffi/flag.rs",
    "src/ffi/overrides.rs",
];

fn generate(root: &Path) -> String {
    let part = |name: &str| fs::read_to_string(root.join("src/ffi/header").join(name)).unwrap();
    let version = [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let mut macros: String =
        version.iter().map(|(name, number)| format!("#define FLAGBIT_VERSION_{name} {number}\n")).collect();
    macros += concat!("#define FLAGBIT_VERSION \"", env!("CARGO_PKG_VERSION"), "\"\n");

    let mut config = Config::from_file(root.join("cbindgen.toml")).unwrap();
    config.header = Some(part("conventions.h"));
    config.after_includes = Some(format!("{}\n{macros}", part("includes.h")));
    config.trailer = Some(part("attributes.h"));
    let sources =
        SOURCES.iter().fold(Builder::new().with_config(config), |builder, source| builder.with_src(root.join(source)));
    let mut text = Vec::new();
    sources.generate().unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn the_committed_files_are_the_generated_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = generate(root);
    let codes = Codes::read(&header);
    let files = [
        ("bindings/python/src/flagbit/_codes.py", codes.python()),
        ("bindings/node/src/codes.ts", codes.typescript()),
        ("bindings/go/codes.go", codes.go()),
        ("include/flagbit.h", header),
    ];
    let mut stale = Vec::new();
    for (path, generated) in &files {
        if env::var_os("UPDATE_HEADER").is_some() {
            fs::write(root.join(path), generated).unwrap();
        }
        if fs::read_to_string(root.join(path)).unwrap_or_default() != *generated {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "{stale:?} are not what the sources say: run `make header` and commit them");
}
