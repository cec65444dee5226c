//! One endpoint and its connections: datagrams and time go in, datagrams, deadlines and events come out.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use quinn_proto::{
    Connection, ConnectionError, ConnectionHandle, DatagramEvent, Dir, Endpoint, Event, Incoming, StreamEvent, VarInt,
};
use web_time::Instant;

use crate::settings::Settings;
use crate::verify::Verifier;

/// What JavaScript is told: a kind, the connection, a number (stream or kind of error), a code, and words.
pub struct Happening {
    pub kind: u32,
    pub connection: usize,
    pub number: f64,
    pub code: f64,
    pub refused: u32,
    pub text: String,
}

pub mod kind {
    pub const CONNECTED: u32 = 1;
    pub const LOST: u32 = 2;
    pub const OPENED: u32 = 3;
    pub const READABLE: u32 = 4;
    pub const WRITABLE: u32 = 5;
    pub const FINISHED: u32 = 6;
    pub const STOPPED: u32 = 7;
    pub const AVAILABLE: u32 = 8;
    pub const INCOMING: u32 = 9;
    pub const DRAINED: u32 = 10;
}

/// Why a connection was lost.
mod lost {
    pub const VERSION: u32 = 1;
    pub const TRANSPORT: u32 = 2;
    pub const CLOSED_BY_STACK: u32 = 3;
    pub const CLOSED_BY_PEER: u32 = 4;
    pub const RESET: u32 = 5;
    pub const IDLE: u32 = 6;
    pub const CLOSED_HERE: u32 = 7;
    pub const NO_IDS: u32 = 8;
}

pub struct Held {
    pub connection: Connection,
    verifier: Option<Arc<Verifier>>,
}

pub struct Engine {
    settings: Settings,
    endpoint: Endpoint,
    pub connections: BTreeMap<usize, Held>,
    happenings: VecDeque<Happening>,
    /// Datagrams that belong to no connection: refusals, resets, version negotiation.
    responses: VecDeque<(SocketAddr, Vec<u8>)>,
    /// Connections that may have something to send.
    eager: VecDeque<usize>,
}

impl Engine {
    pub fn open(settings: Settings) -> Result<Self, String> {
        let server = match settings.is_server() {
            true => Some(Arc::new(settings.server()?)),
            false => None,
        };
        let endpoint = Endpoint::new(Arc::new(settings.endpoint()?), server, true, None);
        Ok(Self {
            settings,
            endpoint,
            connections: BTreeMap::new(),
            happenings: VecDeque::new(),
            responses: VecDeque::new(),
            eager: VecDeque::new(),
        })
    }

    pub fn connect(&mut self, remote: SocketAddr, name: &str) -> Result<usize, String> {
        let verifier = Arc::new(Verifier::new(&self.settings)?);
        let config = self.settings.client(verifier.clone())?;
        let (handle, connection) =
            self.endpoint.connect(Instant::now(), config, remote, name).map_err(|error| error.to_string())?;
        self.connections.insert(handle.0, Held { connection, verifier: Some(verifier) });
        self.settle(handle.0);
        Ok(handle.0)
    }

    pub fn receive(&mut self, remote: SocketAddr, datagram: &[u8]) {
        let now = Instant::now();
        let mut response = Vec::new();
        match self.endpoint.handle(now, remote, None, None, BytesMut::from(datagram), &mut response) {
            Some(DatagramEvent::ConnectionEvent(handle, event)) => {
                if let Some(held) = self.connections.get_mut(&handle.0) {
                    held.connection.handle_event(event);
                    self.settle(handle.0);
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) => self.accept(incoming, now),
            Some(DatagramEvent::Response(transmit)) => {
                response.truncate(transmit.size);
                self.responses.push_back((transmit.destination, response));
            }
            None => {}
        }
    }

    fn accept(&mut self, incoming: Incoming, now: Instant) {
        let remote = incoming.remote_address();
        let mut response = Vec::new();
        match self.endpoint.accept(incoming, now, &mut response, None) {
            Ok((handle, connection)) => {
                self.connections.insert(handle.0, Held { connection, verifier: None });
                self.tell(kind::INCOMING, handle.0, 0.0, 0.0, remote.to_string());
                self.settle(handle.0);
            }
            Err(refusal) => {
                if let Some(transmit) = refusal.response {
                    response.truncate(transmit.size);
                    self.responses.push_back((transmit.destination, response));
                }
            }
        }
    }

    pub fn expire(&mut self) {
        let now = Instant::now();
        let due: Vec<usize> = self
            .connections
            .iter_mut()
            .filter_map(|(&handle, held)| held.connection.poll_timeout().filter(|at| *at <= now).map(|_| handle))
            .collect();
        for handle in due {
            if let Some(held) = self.connections.get_mut(&handle) {
                held.connection.handle_timeout(now);
            }
            self.settle(handle);
        }
    }

    /// When `expire` wants to be called.
    pub fn deadline(&mut self) -> Option<Instant> {
        self.connections.values_mut().filter_map(|held| held.connection.poll_timeout()).min()
    }

    /// The next datagram to send, in `buffer`; none: nothing for now.
    pub fn transmit(&mut self, buffer: &mut Vec<u8>) -> Option<SocketAddr> {
        buffer.clear();
        if let Some((remote, datagram)) = self.responses.pop_front() {
            buffer.extend_from_slice(&datagram);
            return Some(remote);
        }
        let now = Instant::now();
        while let Some(&handle) = self.eager.front() {
            if let Some(held) = self.connections.get_mut(&handle) {
                if let Some(transmit) = held.connection.poll_transmit(now, 1, buffer) {
                    buffer.truncate(transmit.size);
                    return Some(transmit.destination);
                }
            }
            self.eager.pop_front();
            self.settle_events(handle);
        }
        None
    }

    pub fn happening(&mut self) -> Option<Happening> {
        self.happenings.pop_front()
    }

    /// To be called after everything that was done to a connection.
    pub fn settle(&mut self, handle: usize) {
        if !self.eager.contains(&handle) {
            self.eager.push_back(handle);
        }
        self.settle_events(handle);
    }

    fn settle_events(&mut self, handle: usize) {
        let Some(held) = self.connections.get_mut(&handle) else { return };
        while let Some(event) = held.connection.poll_endpoint_events() {
            if let Some(answer) = self.endpoint.handle_event(ConnectionHandle(handle), event) {
                held.connection.handle_event(answer);
            }
        }
        let mut events = Vec::new();
        while let Some(event) = held.connection.poll() {
            events.push(event);
        }
        let is_drained = held.connection.is_drained();
        for event in events {
            self.translate(handle, event);
        }
        if is_drained {
            self.connections.remove(&handle);
            self.tell(kind::DRAINED, handle, 0.0, 0.0, String::new());
        }
    }

    fn translate(&mut self, handle: usize, event: Event) {
        let number = |id: quinn_proto::StreamId| u64::from(id) as f64;
        match event {
            Event::Connected => self.tell(kind::CONNECTED, handle, 0.0, 0.0, String::new()),
            Event::ConnectionLost { reason } => self.tell_lost(handle, reason),
            Event::Stream(StreamEvent::Opened { dir }) => self.accept_streams(handle, dir),
            Event::Stream(StreamEvent::Readable { id }) => self.tell(kind::READABLE, handle, number(id), 0.0, String::new()),
            Event::Stream(StreamEvent::Writable { id }) => self.tell(kind::WRITABLE, handle, number(id), 0.0, String::new()),
            Event::Stream(StreamEvent::Finished { id }) => self.tell(kind::FINISHED, handle, number(id), 0.0, String::new()),
            Event::Stream(StreamEvent::Stopped { id, error_code }) => {
                self.tell(kind::STOPPED, handle, number(id), code(error_code), String::new());
            }
            Event::Stream(StreamEvent::Available { dir }) => {
                self.tell(kind::AVAILABLE, handle, f64::from(dir as u32), 0.0, String::new());
            }
            Event::HandshakeDataReady | Event::DatagramReceived | Event::DatagramsUnblocked => {}
        }
    }

    fn accept_streams(&mut self, handle: usize, dir: Dir) {
        let Some(held) = self.connections.get_mut(&handle) else { return };
        let mut opened = Vec::new();
        while let Some(id) = held.connection.streams().accept(dir) {
            opened.push(u64::from(id) as f64);
        }
        for id in opened {
            self.tell(kind::OPENED, handle, id, 0.0, String::new());
        }
    }

    fn tell_lost(&mut self, handle: usize, reason: ConnectionError) {
        let text = reason.to_string();
        let (number, code) = match reason {
            ConnectionError::VersionMismatch => (lost::VERSION, 0.0),
            ConnectionError::TransportError(error) => (lost::TRANSPORT, u64::from(error.code) as f64),
            ConnectionError::ConnectionClosed(close) => (lost::CLOSED_BY_STACK, u64::from(close.error_code) as f64),
            ConnectionError::ApplicationClosed(close) => (lost::CLOSED_BY_PEER, code(close.error_code)),
            ConnectionError::Reset => (lost::RESET, 0.0),
            ConnectionError::TimedOut => (lost::IDLE, 0.0),
            ConnectionError::LocallyClosed => (lost::CLOSED_HERE, 0.0),
            ConnectionError::CidsExhausted => (lost::NO_IDS, 0.0),
        };
        self.tell(kind::LOST, handle, f64::from(number), code, text);
    }

    fn tell(&mut self, kind: u32, connection: usize, number: f64, code: f64, text: String) {
        let verifier = self.connections.get(&connection).and_then(|held| held.verifier.as_ref());
        let refused = verifier.map_or(0, |verifier| verifier.refused());
        self.happenings.push_back(Happening { kind, connection, number, code, refused, text });
    }
}

fn code(value: VarInt) -> f64 {
    value.into_inner() as f64
}
