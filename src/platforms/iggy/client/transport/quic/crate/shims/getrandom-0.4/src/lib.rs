//! Randomness from `host.random`, which must be fit for cryptography and may not fail.

pub use rand_core;
use rand_core::{TryCryptoRng, TryRng};

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

pub fn fill(target: &mut [u8]) -> Result<(), Error> {
    unsafe { random(target.as_mut_ptr(), target.len()) };
    Ok(())
}

#[derive(Clone, Copy, Debug, Default)]
pub struct SysRng;

impl TryRng for SysRng {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Error> {
        let mut bytes = [0; 8];
        fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Error> {
        fill(target)
    }
}

impl TryCryptoRng for SysRng {}
