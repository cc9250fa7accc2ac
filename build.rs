//! Link arguments of the shared library: its name, and on Linux that it stays loaded, since threads run in its code.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if os == "linux" {
        // Before 1.0 each minor version may break the ABI, so the name carries it.
        let soname = format!("libflagbit.so.{}.{}", env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,{soname}");
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    } else if os == "macos" {
        // Else it is the path in the target folder, and programs would look for the library there alone.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libflagbit.dylib");
    }
}
