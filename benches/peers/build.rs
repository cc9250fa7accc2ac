//! Links FlagBit as a C program does: the shared library that scripts/build/library.sh built.

fn main() {
    let library = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build/lib");
    let library = library.canonicalize().expect("build/lib: run scripts/build/library.sh first");
    println!("cargo:rustc-link-search=native={}", library.display());
    println!("cargo:rustc-link-lib=dylib=flagbit");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", library.display());
    println!("cargo:rerun-if-changed={}", library.join("libflagbit.so").display());
}
