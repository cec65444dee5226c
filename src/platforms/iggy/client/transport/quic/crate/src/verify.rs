//! Checks of a server's certificate. What was wrong is kept as a number, because an alert does not tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ring::digest::{SHA256, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::der;
use crate::settings::{Check, Settings, provider};

/// Why a certificate was refused: the numbers that JavaScript is told.
pub mod refusal {
    pub const UNKNOWN_ISSUER: u32 = 1;
    pub const EXPIRED: u32 = 2;
    pub const NOT_YET_VALID: u32 = 3;
    pub const WRONG_NAME: u32 = 4;
    pub const WRONG_FINGERPRINT: u32 = 5;
    pub const INVALID: u32 = 6;
}

#[derive(Debug)]
pub struct Verifier {
    provider: Arc<CryptoProvider>,
    web_pki: Option<Arc<WebPkiServerVerifier>>,
    authorities: Vec<CertificateDer<'static>>,
    /// Empty where fingerprints are not what is checked.
    fingerprints: Vec<[u8; 32]>,
    refused: AtomicU32,
}

impl Verifier {
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let provider = provider();
        let check = settings.check();
        let web_pki = match check {
            Check::Authority => Some(web_pki(settings, provider.clone())?),
            Check::Fingerprint | Check::Off => None,
        };
        let fingerprints = match check {
            Check::Fingerprint if settings.fingerprints.is_empty() => return Err("no fingerprint given".into()),
            Check::Fingerprint => settings.fingerprints.clone(),
            Check::Authority | Check::Off => Vec::new(),
        };
        let authorities = settings.authorities.clone();
        Ok(Self { provider, web_pki, authorities, fingerprints, refused: AtomicU32::new(0) })
    }

    /// 0: it was not refused.
    pub fn refused(&self) -> u32 {
        self.refused.load(Ordering::Relaxed)
    }

    fn check(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if let Some(web_pki) = &self.web_pki {
            // A certificate that is itself among the trusted ones needs nobody to vouch for it.
            if self.authorities.iter().any(|trusted| trusted == end_entity) {
                check_dates(end_entity, now)?;
                return verify_server_name(&ParsedCertificate::try_from(end_entity)?, name);
            }
            return web_pki.verify_server_cert(end_entity, intermediates, name, &[], now).map(|_| ());
        }
        if self.fingerprints.is_empty() {
            return Ok(());
        }
        let actual = digest(&SHA256, end_entity);
        match self.fingerprints.iter().any(|pinned| pinned == actual.as_ref()) {
            true => Ok(()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }
}

fn web_pki(settings: &Settings, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(settings.authorities.iter().cloned());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| error.to_string())
}

fn check_dates(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let (not_before, not_after) = der::validity(certificate).ok_or(CertificateError::BadEncoding)?;
    if now.as_secs() < not_before {
        return Err(CertificateError::NotValidYet.into());
    }
    if now.as_secs() > not_after {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

fn number_of(error: &Error) -> u32 {
    let Error::InvalidCertificate(error) = error else { return refusal::INVALID };
    match error {
        CertificateError::UnknownIssuer => refusal::UNKNOWN_ISSUER,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => refusal::EXPIRED,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => refusal::NOT_YET_VALID,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => refusal::WRONG_NAME,
        CertificateError::ApplicationVerificationFailure => refusal::WRONG_FINGERPRINT,
        // A certificate of an authority that we do not know, sent as the server's own: nobody we know vouches for it.
        _ if format!("{error:?}").contains("CaUsedAsEndEntity") => refusal::UNKNOWN_ISSUER,
        _ => refusal::INVALID,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let checked = self.check(end_entity, intermediates, name, now);
        if let Err(error) = &checked {
            self.refused.store(number_of(error), Ordering::Relaxed);
        }
        checked.map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms).inspect_err(|_| {
            self.refused.store(refusal::INVALID, Ordering::Relaxed);
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
