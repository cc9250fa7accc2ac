//! Advice on certificates that are not trusted.

use rustls::{CertificateError, OtherError};

use super::super::options::{Language, Setting};

/// Returns the next step for a person whose server shows a certificate that is refused.
pub(super) fn advice(error: &CertificateError, language: Language) -> String {
    let [file, system] = [Setting::CaFile, Setting::SystemRoots].map(|setting| language.name(setting));
    let advice = match error {
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "the certificate has no subjectAltName, and its common name does not count: make one with \
             `-addext subjectAltName=DNS:HOST`"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "use a name in the base URL that the certificate has"
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => "renew the certificate, or set this host's clock",
        CertificateError::Other(OtherError(other)) => match other.downcast_ref() {
            Some(webpki::Error::CaUsedAsEndEntity) => {
                return format!(
                    "the certificate is an authority's (CA:TRUE), as `openssl req -x509` makes it, and a server may not \
                     show that: make the server's own with `-addext basicConstraints=critical,CA:FALSE -addext \
                     subjectAltName=DNS:HOST`, and give it with {file}"
                );
            }
            Some(webpki::Error::UnsupportedCertVersion) => {
                "the certificate has an old version without extensions: make one with a subjectAltName"
            }
            _ => "look at the certificate with `openssl x509 -text`",
        },
        _ => return format!("give its authority with {file}, or trust the system's with {system}"),
    };
    advice.into()
}
