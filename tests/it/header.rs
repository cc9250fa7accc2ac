//! `include/flagbit.h` is generated from `src/ffi` and committed: this test compares, `make header` rewrites.

use std::{env, fs, path::Path};

use cbindgen::{Builder, Config};

/// In the order of the header.
const SOURCES: [&str; 19] = [
    "src/ffi/version.rs",
    "src/ffi/status.rs",
    "src/engine/evaluate.rs",
    "src/client/state.rs",
    "src/ffi/names.rs",
    "src/engine/packed.rs",
    "src/ffi/text_list.rs",
    "src/ffi/error.rs",
    "src/ffi/context.rs",
    "src/ffi/setting.rs",
    "src/ffi/options.rs",
    "src/ffi/evaluation.rs",
    "src/ffi/client.rs",
    "src/ffi/report.rs",
    "src/ffi/evaluate.rs",
    "src/ffi/value.rs",
    "src/ffi/evaluate_all.rs",
    "src/ffi/explain.rs",
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
fn the_committed_header_is_the_generated_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = root.join("include/flagbit.h");
    let generated = generate(root);
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&committed, &generated).unwrap();
    }
    let found = fs::read_to_string(&committed).unwrap_or_default();
    assert!(found == generated, "include/flagbit.h is stale: run `make header` and commit it");
}
