//! Each module loads in the program that cargo has linked.

#[test]
fn the_modules_load() {
    modpin::verify_host(env!("CARGO_BIN_EXE_app"));
}
