//! Sets the link arguments of the shared library: its name, and on Linux a flag that keeps it loaded, because threads
//! run its code.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if os == "linux" {
        // Before 1.0 each minor version may break the ABI, so the name carries it.
        let soname = format!("libflagbit.so.{}.{}", env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,{soname}");
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    } else if os == "macos" {
        // Otherwise the name is the path in the target folder, and programs look for the library only there.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libflagbit.dylib");
    }
}
