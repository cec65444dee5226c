//! What an endpoint is opened with, and the configurations of quinn and rustls that follow from it.

use std::sync::Arc;
use std::time::Duration;

use quinn_proto::crypto::rustls::{NoInitialCipherSuite, QuicClientConfig, QuicServerConfig};
use quinn_proto::{
    ClientConfig, EndpointConfig, IdleTimeout, MtuDiscoveryConfig, ServerConfig, TransportConfig, VarInt,
};
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{cipher_suite, default_provider};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::TLS13;

use crate::verify::Verifier;

/// How a client checks a server's certificate.
#[derive(Clone, Copy, PartialEq)]
pub enum Check {
    /// Chain to one of the authorities, name, validity.
    Authority,
    /// SHA-256 of the certificate, nothing else.
    Fingerprint,
    /// Nothing.
    Off,
}

/// Numbers are indexed by the constants of `number`.
pub struct Settings {
    pub numbers: [f64; number::COUNT],
    pub authorities: Vec<CertificateDer<'static>>,
    pub fingerprints: Vec<[u8; 32]>,
    pub certificates: Vec<CertificateDer<'static>>,
    pub key: Vec<u8>,
}

/// What the numbers mean. Times are milliseconds, sizes bytes; 0 switches off what can be.
pub mod number {
    pub const IS_SERVER: usize = 0;
    pub const CHECK: usize = 1;
    pub const IDLE_TIMEOUT_MS: usize = 2;
    pub const KEEP_ALIVE_MS: usize = 3;
    pub const BIDI_STREAMS: usize = 4;
    pub const UNI_STREAMS: usize = 5;
    pub const STREAM_WINDOW: usize = 6;
    pub const RECEIVE_WINDOW: usize = 7;
    pub const SEND_WINDOW: usize = 8;
    pub const INITIAL_MTU: usize = 9;
    pub const DISCOVER_MTU: usize = 10;
    pub const MAX_DATAGRAM: usize = 11;
    pub const COUNT: usize = 12;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            numbers: [0.0; number::COUNT],
            authorities: Vec::new(),
            fingerprints: Vec::new(),
            certificates: Vec::new(),
            key: Vec::new(),
        }
    }
}

/// ChaCha20 first: without instructions of the processor for AES it is the faster one by far. QUIC itself needs AES-128.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS13_AES_256_GCM_SHA384,
        ],
        ..default_provider()
    })
}

impl Settings {
    pub fn is_server(&self) -> bool {
        self.numbers[number::IS_SERVER] != 0.0
    }

    pub fn check(&self) -> Check {
        match self.numbers[number::CHECK] as u32 {
            0 => Check::Authority,
            1 => Check::Fingerprint,
            _ => Check::Off,
        }
    }

    fn var(&self, which: usize) -> VarInt {
        VarInt::from_u64(self.numbers[which] as u64).unwrap_or(VarInt::MAX)
    }

    pub fn endpoint(&self) -> Result<EndpointConfig, String> {
        let mut config = EndpointConfig::default();
        let max = self.numbers[number::MAX_DATAGRAM] as u16;
        config.max_udp_payload_size(max).map_err(|error| error.to_string())?;
        Ok(config)
    }

    fn transport(&self) -> Result<Arc<TransportConfig>, String> {
        let mut config = TransportConfig::default();
        let idle = self.numbers[number::IDLE_TIMEOUT_MS];
        let idle = match idle > 0.0 {
            true => Some(IdleTimeout::try_from(millis(idle)).map_err(|error| error.to_string())?),
            false => None,
        };
        let keep_alive = self.numbers[number::KEEP_ALIVE_MS];
        let discover = self.numbers[number::DISCOVER_MTU] as u16;
        let discovery = (discover > 0).then(|| {
            let mut discovery = MtuDiscoveryConfig::default();
            discovery.upper_bound(discover);
            discovery
        });
        config
            .max_idle_timeout(idle)
            .keep_alive_interval((keep_alive > 0.0).then(|| millis(keep_alive)))
            .max_concurrent_bidi_streams(self.var(number::BIDI_STREAMS))
            .max_concurrent_uni_streams(self.var(number::UNI_STREAMS))
            .stream_receive_window(self.var(number::STREAM_WINDOW))
            .receive_window(self.var(number::RECEIVE_WINDOW))
            .send_window(self.numbers[number::SEND_WINDOW] as u64)
            .initial_mtu(self.numbers[number::INITIAL_MTU] as u16)
            .mtu_discovery_config(discovery)
            // Node cannot mark datagrams, and takes one at a time.
            .enable_segmentation_offload(false)
            .datagram_receive_buffer_size(None);
        Ok(Arc::new(config))
    }

    pub fn client(&self, verifier: Arc<Verifier>) -> Result<ClientConfig, String> {
        let mut tls = rustls::ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        // No 0-RTT: what it carries can be replayed by anybody.
        tls.resumption = Resumption::disabled();
        let crypto = QuicClientConfig::try_from(tls).map_err(no_suite)?;
        let mut config = ClientConfig::new(Arc::new(crypto));
        config.transport_config(self.transport()?);
        Ok(config)
    }

    pub fn server(&self) -> Result<ServerConfig, String> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let mut tls = rustls::ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(self.certificates.clone(), key)
            .map_err(|error| error.to_string())?;
        tls.max_early_data_size = 0;
        tls.send_tls13_tickets = 0;
        let crypto = QuicServerConfig::try_from(tls).map_err(no_suite)?;
        let mut config = ServerConfig::with_crypto(Arc::new(crypto));
        config.transport_config(self.transport()?);
        Ok(config)
    }
}

fn millis(ms: f64) -> Duration {
    Duration::from_micros((ms * 1000.0) as u64)
}

fn no_suite(_: NoInitialCipherSuite) -> String {
    String::from("no cipher suite for initial packets")
}
