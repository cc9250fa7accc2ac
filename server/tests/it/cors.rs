//! The rights of web pages from other origins.

use crate::support::{Database, Server};

const OPEN: [(&str, &str); 6] = [
    ("POST", "/api/v1/evaluate"),
    ("POST", "/ofrep/v1/evaluate/flags"),
    ("POST", "/ofrep/v1/evaluate/flags/some.flag"),
    ("POST", "/api/v1/evaluate-playground"),
    ("GET", "/api/v1/rollout/simulate"),
    ("GET", "/api/v1/rollout/bucket"),
];

const CLOSED: [(&str, &str); 7] = [
    ("GET", "/api/v1/projects"),
    ("POST", "/api/v1/signup"),
    ("GET", "/api/v1/snapshot"),
    ("GET", "/api/v1/stream"),
    ("PUT", "/api/v1/projects/1/flags/evaluate"),
    ("GET", "/openapi.json"),
    ("GET", "/healthz"),
];

#[test]
fn a_preflight_of_an_evaluation_needs_no_key() {
    let server = Server::start(&Database::sqlite());
    for (method, path) in OPEN {
        let request = server.request("OPTIONS", path).header("origin", "https://shop.example");
        let request = request.header("access-control-request-method", method);
        let answer = request.header("access-control-request-headers", "authorization,content-type,x-api-key").send();
        assert_eq!((answer.status, answer.text()), (204, String::new()), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("access-control-allow-methods").is_some_and(|methods| methods.contains(method)));
        let allowed = answer.header("access-control-allow-headers").expect("headers");
        for header in ["authorization", "x-api-key", "content-type", "if-none-match"] {
            assert!(allowed.split(", ").any(|other| other == header), "{header}");
        }
        assert!(answer.header("access-control-allow-credentials").is_none());
    }
}

#[test]
fn a_page_reads_answers_of_evaluations_also_where_they_are_errors() {
    let server = Server::start_with(&Database::sqlite(), &["--signup", "--max-body-bytes", "100"]);
    for (method, path) in OPEN {
        for body in ["{}", &" ".repeat(200)] {
            let answer = server.request(method, path).header("origin", "https://shop.example").body(body).send();
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
            let exposed = answer.header("access-control-expose-headers").expect("headers");
            assert!(exposed.contains("etag") && exposed.contains("retry-after"), "{exposed}");
        }
        let same = server.request(method, path).send();
        assert!(same.header("access-control-allow-origin").is_none(), "{path}");
    }
}

#[test]
fn everything_else_is_closed() {
    let server = Server::start(&Database::sqlite());
    for (method, path) in CLOSED {
        let origin = |method: &str| server.request(method, path).header("origin", "https://shop.example");
        let preflight = origin("OPTIONS").header("access-control-request-method", method).send();
        assert!([404, 405].contains(&preflight.status), "{path}: {}", preflight.status);
        for answer in [preflight, origin(method).send()] {
            for header in ["access-control-allow-origin", "access-control-allow-headers"] {
                assert!(answer.header(header).is_none(), "{path}: {header}");
            }
        }
    }
}

#[test]
fn no_answer_is_guessed_at_or_kept() {
    let server = Server::start(&Database::sqlite());
    for path in ["/healthz", "/nowhere", "/api/v1/signup", "/openapi.json"] {
        let answer = server.request("GET", path).send();
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}
