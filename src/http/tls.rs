//! TLS without a proxy: certificate and key from files, read again when they change.
//!
//! The one provider of the process, ring, is named here instead of being taken from the process's default: the door works whoever
//! starts it. What can't be used does not take the place of what can: a renewal that goes wrong is told in the log, and browsers
//! get the certificate of before.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// A renewed certificate is taken within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A client that takes longer to agree on a key is let go.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// Where certificate and key are, both PEM. The certificate is followed by those of its issuers, as authorities hand them out
/// (`fullchain.pem`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate with its chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Certificate or key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read.
    #[error("{} can't be read: is it there, and may the service read it?", .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} in the PEM form", .file.display())]
    NotPem {
        /// Which.
        file: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// They do not belong together, or the key is of a kind that nobody uses.
    #[error(
        "the key in {} does not fit the certificate in {}: {reason}",
        .files.key.display(),
        .files.certificate.display()
    )]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// Why.
        reason: String,
    },
    /// TLS itself could not be set up.
    #[error("TLS can't be set up: {0}")]
    Setup(String),
}

/// The door's side of TLS.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    files: TlsFiles,
}

/// What browsers are shown.
struct Shown {
    key: RwLock<Arc<CertifiedKey>>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown")
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What the files hold, as it is: to see whether it has changed.
#[derive(PartialEq, Eq)]
struct Held {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = RwLock::new(Arc::new(Held::read(&files)?.certified(&files, &provider)?));
        let shown = Arc::new(Shown { key, provider: Arc::clone(&provider) });
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| TlsError::Setup(error.to_string()))?;
        let mut config = config.with_no_client_auth().with_cert_resolver(Arc::clone(&shown) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), shown, files })
    }

    /// Agrees with a client on a key; `None`: it did not come about, in time or at all.
    pub(crate) async fn agree(&self, socket: TcpStream) -> Option<TlsStream<TcpStream>> {
        match tokio::time::timeout(HANDSHAKE_WITHIN, self.acceptor.accept(socket)).await {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a client did not agree on TLS");
                None
            }
            Err(_) => None,
        }
    }

    /// Looks at the files from time to time, until `stop`.
    pub(crate) async fn keep_fresh(self, stop: CancellationToken) {
        let (mut last, mut is_told) = (None, false);
        while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            let files = self.files.clone();
            let Ok(read) = tokio::task::spawn_blocking(move || Held::read(&files)).await else { continue };
            match self.take(read, &mut last) {
                Ok(()) => is_told = false,
                Err(error) if !is_told => {
                    is_told = true;
                    warn!(%error, "the certificate was not renewed: browsers still get the one of before");
                }
                Err(_) => {}
            }
        }
    }

    /// Shows what was read, if it is another than the last that could be used.
    fn take(&self, read: Result<Held, TlsError>, last: &mut Option<Held>) -> Result<(), TlsError> {
        let held = read?;
        if last.as_ref() != Some(&held) {
            self.show(held.certified(&self.files, &self.shown.provider)?);
            *last = Some(held);
        }
        Ok(())
    }

    fn show(&self, fresh: CertifiedKey) {
        let mut key = self.shown.key.write().unwrap_or_else(PoisonError::into_inner);
        if key.cert != fresh.cert {
            info!(certificate = %self.files.certificate.display(), "another certificate is served from now on");
        }
        *key = Arc::new(fresh);
    }
}

impl Held {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self { certificate: bytes_of(&files.certificate)?, key: bytes_of(&files.key)? })
    }

    fn certified(&self, files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let not_pem = |file: &Path, what| TlsError::NotPem { file: file.to_owned(), what };
        let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| not_pem(&files.certificate, "certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| not_pem(&files.key, "private key"))?;
        CertifiedKey::from_der(chain, key, provider)
            .map_err(|error| TlsError::Unusable { files: files.clone(), reason: error.to_string() })
    }
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(file).map_err(|source| TlsError::Unreadable { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(files: &TlsFiles, name: &str) -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        made.cert.der().to_vec()
    }

    fn shown(tls: &Tls) -> Vec<u8> {
        tls.shown.key.read().unwrap().cert[0].to_vec()
    }

    #[test]
    fn a_renewal_that_went_wrong_leaves_the_certificate_of_before_and_a_good_one_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
        let first = write(&files, "one.example");
        let tls = Tls::load(files.clone()).unwrap();
        let mut last = None;
        let mut look = || tls.take(Held::read(&files), &mut last).map_err(|error| error.to_string());
        look().unwrap();
        std::fs::write(&files.certificate, "half a certi").unwrap();
        assert!(look().unwrap_err().contains("holds no certificate"));
        assert_eq!(shown(&tls), first);
        std::fs::remove_file(&files.key).unwrap();
        assert!(look().unwrap_err().contains("can't be read"));
        assert_eq!(shown(&tls), first);
        let second = write(&files, "two.example");
        look().unwrap();
        assert_eq!(shown(&tls), second);
    }
}
