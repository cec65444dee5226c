//! QUIC for an embedder that has sockets and timers and no QUIC: quinn-proto behind functions that take and give numbers.
//!
//! Bytes go in through a buffer that `input` makes room in, and come out at `output`; further numbers of an answer lie at
//! `fields`. Every function runs to its end: nothing here waits. After each call that may have changed something the
//! embedder takes datagrams (`transmit`) and events (`event`) until there are none, and the next `deadline`.

mod der;
mod engine;
mod settings;
mod verify;

use std::cell::RefCell;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use engine::{Engine, Held};
use quinn_proto::{Dir, FinishError, ReadError, StreamId, VarInt, WriteError};
use settings::{Settings, number};

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Told what a panic says, before it takes the instance down.
    fn report(pointer: *const u8, length: usize);
}

/// What a function says where it cannot give a number of its own.
const FAILED: i32 = -1;
const NO_CONNECTION: i32 = -2;
const BLOCKED: i32 = -3;
const CLOSED: i32 = -4;

/// States of a stream that was read.
const HAS_MORE: f64 = 0.0;
const FINISHED: f64 = 1.0;
const RESET: f64 = 2.0;
const GONE: f64 = 3.0;

const FIELDS: usize = 12;
const ADDRESS_BYTES: usize = 16;

#[derive(Default)]
struct State {
    settings: Settings,
    engine: Option<Engine>,
    input: Vec<u8>,
    output: Vec<u8>,
    fields: [f64; FIELDS],
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with<T>(work: impl FnOnce(&mut State) -> T) -> T {
    STATE.with(|state| work(&mut state.borrow_mut()))
}

impl State {
    fn fail(&mut self, message: String) -> i32 {
        self.output = message.into_bytes();
        self.fields[0] = self.output.len() as f64;
        FAILED
    }

    /// Address and port of the peer: 16 bytes of IPv6, or of IPv4 mapped into it, at the start of the input.
    fn remote(&self, port: u32) -> SocketAddr {
        let mut bytes = [0; ADDRESS_BYTES];
        bytes.copy_from_slice(&self.input[..ADDRESS_BYTES]);
        SocketAddr::new(IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical(), port as u16)
    }

    fn tell_remote(&mut self, remote: SocketAddr) {
        let address = match remote.ip() {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        for (field, half) in self.fields[1..5].iter_mut().zip(address.octets().chunks(4)) {
            *field = f64::from(u32::from_be_bytes([half[0], half[1], half[2], half[3]]));
        }
        self.fields[0] = f64::from(remote.port());
    }
}

fn on_connection<T>(handle: u32, absent: T, work: impl FnOnce(&mut Held, &mut Scratch<'_>) -> T) -> T {
    with(|state| {
        let State { engine: Some(engine), input, output, fields, .. } = state else { return absent };
        let Some(held) = engine.connections.get_mut(&(handle as usize)) else { return absent };
        let result = work(held, &mut Scratch { input, output, fields });
        engine.settle(handle as usize);
        result
    })
}

struct Scratch<'a> {
    input: &'a [u8],
    output: &'a mut Vec<u8>,
    fields: &'a mut [f64; FIELDS],
}

fn stream(id: f64) -> StreamId {
    VarInt::from_u64(id as u64).unwrap_or(VarInt::MAX).into()
}

fn code(value: f64) -> VarInt {
    VarInt::from_u64(value as u64).unwrap_or(VarInt::MAX)
}

#[unsafe(no_mangle)]
pub extern "C" fn start() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        unsafe { report(text.as_ptr(), text.len()) };
    }));
}

/// Where the next `length` bytes of input are to be put.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    with(|state| {
        if state.input.len() < length {
            state.input.resize(length, 0);
        }
        state.input.as_mut_ptr()
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    with(|state| state.output.as_ptr())
}

#[unsafe(no_mangle)]
pub extern "C" fn fields() -> *const f64 {
    with(|state| state.fields.as_ptr())
}

#[unsafe(no_mangle)]
pub extern "C" fn set_number(which: usize, value: f64) {
    with(|state| {
        if which < number::COUNT {
            state.settings.numbers[which] = value;
        }
    });
}

/// 0: an authority, 1: a fingerprint, 2: a certificate of our own chain, 3: our key (PKCS 8).
#[unsafe(no_mangle)]
pub extern "C" fn add_bytes(what: u32, length: usize) {
    with(|state| {
        let bytes = state.input[..length].to_vec();
        let settings = &mut state.settings;
        match what {
            0 => settings.authorities.push(bytes.into()),
            1 => settings.fingerprints.extend(<[u8; 32]>::try_from(bytes.as_slice())),
            2 => settings.certificates.push(bytes.into()),
            _ => settings.key = bytes,
        }
    });
}

/// 0, or -1 and a message of `fields[0]` bytes at `output`.
#[unsafe(no_mangle)]
pub extern "C" fn open() -> i32 {
    with(|state| match Engine::open(std::mem::take(&mut state.settings)) {
        Ok(engine) => {
            state.engine = Some(engine);
            0
        }
        Err(message) => state.fail(message),
    })
}

/// Input: address, then the server's name. A connection's number, or -1 and a message.
#[unsafe(no_mangle)]
pub extern "C" fn connect(port: u32, length: usize) -> i32 {
    with(|state| {
        let remote = state.remote(port);
        let name = String::from_utf8_lossy(&state.input[ADDRESS_BYTES..length]).into_owned();
        let Some(engine) = &mut state.engine else { return NO_CONNECTION };
        match engine.connect(remote, &name) {
            Ok(handle) => handle as i32,
            Err(message) => state.fail(message),
        }
    })
}

/// Input: address, then the datagram.
#[unsafe(no_mangle)]
pub extern "C" fn receive(port: u32, length: usize) {
    with(|state| {
        let remote = state.remote(port);
        let State { engine: Some(engine), input, .. } = state else { return };
        engine.receive(remote, &input[ADDRESS_BYTES..length]);
    });
}

/// Bytes of the next datagram, 0: none. Fields: port, address as four big-endian words.
#[unsafe(no_mangle)]
pub extern "C" fn transmit() -> usize {
    with(|state| {
        let State { engine: Some(engine), output, .. } = state else { return 0 };
        let Some(remote) = engine.transmit(output) else { return 0 };
        state.tell_remote(remote);
        state.output.len()
    })
}

/// On the clock of `host.now_ms`; infinite: no timer is wanted.
#[unsafe(no_mangle)]
pub extern "C" fn deadline() -> f64 {
    with(|state| state.engine.as_mut().and_then(Engine::deadline).map_or(f64::INFINITY, |at| at.as_ms()))
}

#[unsafe(no_mangle)]
pub extern "C" fn expire() {
    with(|state| state.engine.iter_mut().for_each(Engine::expire));
}

/// A kind, 0: none. Fields: connection, number, code, why a certificate was refused, bytes of text at `output`.
#[unsafe(no_mangle)]
pub extern "C" fn event() -> u32 {
    with(|state| {
        let Some(happening) = state.engine.as_mut().and_then(Engine::happening) else { return 0 };
        state.output = happening.text.into_bytes();
        state.fields[0] = happening.connection as f64;
        state.fields[1] = happening.number;
        state.fields[2] = happening.code;
        state.fields[3] = f64::from(happening.refused);
        state.fields[4] = state.output.len() as f64;
        happening.kind
    })
}

/// A stream's number, or -3 when the peer allows no more for now. 0: both directions, 1: one.
#[unsafe(no_mangle)]
pub extern "C" fn open_stream(handle: u32, direction: u32) -> f64 {
    let dir = if direction == 0 { Dir::Bi } else { Dir::Uni };
    on_connection(handle, f64::from(NO_CONNECTION), |held, _| {
        held.connection.streams().open(dir).map_or(f64::from(BLOCKED), |id| u64::from(id) as f64)
    })
}

/// Bytes taken of the input, -3: none for now, -4: the stream is closed.
#[unsafe(no_mangle)]
pub extern "C" fn write(handle: u32, id: f64, length: usize) -> i32 {
    on_connection(handle, NO_CONNECTION, |held, scratch| {
        match held.connection.send_stream(stream(id)).write(&scratch.input[..length]) {
            Ok(taken) => taken as i32,
            Err(WriteError::Blocked) => BLOCKED,
            Err(WriteError::Stopped(_) | WriteError::ClosedStream) => CLOSED,
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn finish(handle: u32, id: f64) -> i32 {
    on_connection(handle, NO_CONNECTION, |held, _| match held.connection.send_stream(stream(id)).finish() {
        Ok(()) => 0,
        Err(FinishError::Stopped(_) | FinishError::ClosedStream) => CLOSED,
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn reset(handle: u32, id: f64, error: f64) {
    on_connection(handle, (), |held, _| {
        let _ = held.connection.send_stream(stream(id)).reset(code(error));
    });
}

#[unsafe(no_mangle)]
pub extern "C" fn stop(handle: u32, id: f64, error: f64) {
    on_connection(handle, (), |held, _| {
        let _ = held.connection.recv_stream(stream(id)).stop(code(error));
    });
}

/// Bytes read, up to `limit`. Fields: 0 more may come, 1 that was the end, 2 reset (next field: its code), 3 no such stream.
#[unsafe(no_mangle)]
pub extern "C" fn read(handle: u32, id: f64, limit: usize) -> usize {
    on_connection(handle, 0, |held, scratch| {
        scratch.output.clear();
        scratch.fields[0] = GONE;
        let mut receiving = held.connection.recv_stream(stream(id));
        let Ok(mut chunks) = receiving.read(true) else { return 0 };
        scratch.fields[0] = HAS_MORE;
        while scratch.output.len() < limit {
            match chunks.next(limit - scratch.output.len()) {
                Ok(Some(chunk)) => scratch.output.extend_from_slice(&chunk.bytes),
                Ok(None) => {
                    scratch.fields[0] = FINISHED;
                    break;
                }
                Err(ReadError::Blocked) => break,
                Err(ReadError::Reset(error)) => {
                    scratch.fields[0] = RESET;
                    scratch.fields[1] = error.into_inner() as f64;
                    break;
                }
            }
        }
        // What it would say, that something is to be sent, is assumed of every call.
        let _ = chunks.finalize();
        scratch.output.len()
    })
}

/// Input: the reason, for the peer.
#[unsafe(no_mangle)]
pub extern "C" fn close(handle: u32, error: f64, length: usize) {
    on_connection(handle, (), |held, scratch| {
        let reason = bytes::Bytes::copy_from_slice(&scratch.input[..length]);
        held.connection.close(web_time::Instant::now(), code(error), reason);
    });
}

/// Our own address has changed: go on from a new one, under another connection id.
#[unsafe(no_mangle)]
pub extern "C" fn migrate(handle: u32) {
    on_connection(handle, (), |held, _| held.connection.local_address_changed());
}

#[unsafe(no_mangle)]
pub extern "C" fn ping(handle: u32) {
    on_connection(handle, (), |held, _| held.connection.ping());
}

#[unsafe(no_mangle)]
pub extern "C" fn update_keys(handle: u32) {
    on_connection(handle, (), |held, _| held.connection.force_key_update());
}

/// Fields: round trip (ms), congestion window, MTU, packets sent and lost, datagrams in and out, frames received: ACK,
/// STREAM; congestion events, black holes. 0: no such connection.
#[unsafe(no_mangle)]
pub extern "C" fn stats(handle: u32) -> i32 {
    with(|state| {
        let State { engine: Some(engine), fields, .. } = state else { return 0 };
        let Some(held) = engine.connections.get(&(handle as usize)) else { return 0 };
        let stats = held.connection.stats();
        *fields = [
            stats.path.rtt.as_secs_f64() * 1000.0,
            stats.path.cwnd as f64,
            f64::from(stats.path.current_mtu),
            stats.path.sent_packets as f64,
            stats.path.lost_packets as f64,
            stats.udp_rx.datagrams as f64,
            stats.udp_tx.datagrams as f64,
            stats.frame_rx.acks as f64,
            stats.frame_rx.stream as f64,
            stats.path.congestion_events as f64,
            stats.path.black_holes_detected as f64,
            0.0,
        ];
        1
    })
}

/// Writes the address of the peer, as it is now, as `transmit` does. 0: no such connection.
#[unsafe(no_mangle)]
pub extern "C" fn remote(handle: u32) -> i32 {
    with(|state| {
        let Some(held) = state.engine.as_ref().and_then(|engine| engine.connections.get(&(handle as usize))) else {
            return 0;
        };
        let remote = held.connection.remote_address();
        state.tell_remote(remote);
        1
    })
}
