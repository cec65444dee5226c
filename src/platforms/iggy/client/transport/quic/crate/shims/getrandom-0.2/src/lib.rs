//! Randomness from `host.random`, which must be fit for cryptography and may not fail.

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn random(pointer: *mut u8, length: usize);
}

/// Never made: the import fills the buffer or throws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error;

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no randomness")
    }
}

impl std::error::Error for Error {}

pub fn getrandom(target: &mut [u8]) -> Result<(), Error> {
    unsafe { random(target.as_mut_ptr(), target.len()) };
    Ok(())
}
