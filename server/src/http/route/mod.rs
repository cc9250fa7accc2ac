//! Routes with their purposes. A route gets its purpose where it is declared; the edge, the log and the document go by it. The
//! rights that its calls need are in [`needs`].

mod needs;

use std::{collections::HashMap, sync::Arc};

use axum::{Router, http::Method, routing::MethodRouter};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, ParameterIn, PathItem},
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

pub(crate) use needs::Needs;

use super::wire::body::BodyLimit;
use crate::{settings::Requests, state::App};

/// The largest body that a tool reads, in bytes.
const MAX_TOOL_BYTES: usize = 32 << 10;
/// The largest body that signs up, in bytes: it holds one address.
const MAX_SIGNUP_BYTES: usize = 4 << 10;

/// The largest body that reports usage, in bytes.
const MAX_USAGE_BYTES: usize = 1 << 20;

/// The purpose of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Manages an account, with an API key.
    Management,
    /// Manages flags and segments, with bodies that may hold lists of users.
    Definitions,
    /// Evaluates flags, with a key.
    Evaluation,
    /// Evaluates flags by the OpenFeature Remote Evaluation Protocol, which has its own shape of errors.
    Ofrep,
    /// Reads rules, with a key.
    Rules,
    /// Reports how flags are used, with a key.
    Usage,
    /// Signs up: works for those who have no key yet.
    Signup,
    /// Works without a key and reads nothing of this server.
    Tool,
    /// Tells of the server itself. Nothing is limited, counted or kept.
    Server,
}

impl Purpose {
    /// The purpose of a path without a route: the strictest.
    pub(crate) const UNMATCHED: Self = Self::Management;

    pub(crate) fn needs_key(self) -> bool {
        !matches!(self, Self::Signup | Self::Tool | Self::Server)
    }

    /// Returns whether it costs the server something without a key. Such requests are counted by address.
    pub(crate) fn is_counted_by_address(self) -> bool {
        matches!(self, Self::Signup | Self::Tool)
    }

    /// Returns whether programs and web pages of any origin ask it with every request of theirs.
    pub(crate) fn is_evaluation(self) -> bool {
        matches!(self, Self::Evaluation | Self::Ofrep | Self::Tool)
    }

    /// Returns whether it is about the environment of the key. An API key has to name one.
    pub(crate) fn is_about_environment_of_key(self) -> bool {
        matches!(self, Self::Evaluation | Self::Ofrep | Self::Rules | Self::Usage)
    }

    /// Returns whether people and their scripts manage things with it.
    pub(crate) fn is_management(self) -> bool {
        matches!(self, Self::Management | Self::Definitions)
    }

    /// Returns whether it works on the database instead of the state in memory.
    pub(crate) fn uses_database(self) -> bool {
        self.is_management() || self == Self::Signup
    }

    /// Returns the largest body.
    pub(crate) fn body_limit(self, settings: &Requests) -> BodyLimit {
        let usual = BodyLimit { bytes: settings.max_body_bytes, setting: Some("--max-body-bytes") };
        let fixed = |bytes| if bytes < usual.bytes { BodyLimit { bytes, setting: None } } else { usual };
        match self {
            Self::Definitions => {
                BodyLimit { bytes: settings.max_definition_bytes, setting: Some("--max-definition-bytes") }
            }
            Self::Signup => fixed(MAX_SIGNUP_BYTES),
            Self::Tool => fixed(MAX_TOOL_BYTES),
            Self::Usage => fixed(MAX_USAGE_BYTES),
            _ => usual,
        }
    }
}

/// Routes of one purpose, and what was merged with them.
pub(crate) struct Routes {
    purpose: Purpose,
    router: OpenApiRouter<App>,
    /// By the template of the path.
    purposes: Vec<(String, Purpose)>,
}

impl Routes {
    pub(crate) fn of(purpose: Purpose) -> Self {
        Self { purpose, router: OpenApiRouter::new(), purposes: Vec::new() }
    }

    /// Adds handlers of one path, as `routes!` gives them.
    pub(crate) fn routes(mut self, routes: UtoipaMethodRouter<App>) -> Self {
        self.purposes.extend(routes.1.paths.keys().map(|path| (path.clone(), self.purpose)));
        Self { router: self.router.routes(routes), ..self }
    }

    /// Adds another path to handlers that are documented under their own.
    pub(crate) fn alias(mut self, path: &str, handlers: MethodRouter<App>) -> Self {
        self.purposes.push((path.into(), self.purpose));
        Self { router: self.router.route(path, handlers), ..self }
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.purposes.extend(other.purposes);
        Self { router: self.router.merge(other.router), ..self }
    }

    /// Adds routes whose paths are relative to `prefix`.
    pub(crate) fn nest(mut self, prefix: &str, other: Self) -> Self {
        self.purposes.extend(other.purposes.into_iter().map(|(path, purpose)| (format!("{prefix}{path}"), purpose)));
        Self { router: self.router.nest(prefix, other.router), ..self }
    }

    /// Returns the handlers, the document of their own descriptions, and the table of routes.
    ///
    /// # Errors
    /// Two paths cannot be told apart.
    pub(crate) fn into_parts(self) -> anyhow::Result<(Router<App>, OpenApi, Table)> {
        let (router, document) = self.router.split_for_parts();
        let table = Table::new(self.purposes, &document)?;
        Ok((router, document, table))
    }
}

/// A route.
#[derive(Debug)]
pub(crate) struct Route {
    /// The template of its path; never a path, which may name users.
    pub(crate) template: String,
    pub(crate) purpose: Purpose,
    calls: HashMap<Method, Call>,
}

/// A call: a method of a route.
#[derive(Debug)]
struct Call {
    /// The parameters that it knows in the query, from the document.
    parameters: Vec<String>,
    /// The rights that it needs; `None` where it manages nothing.
    needs: Option<Needs>,
}

impl Route {
    /// Returns the parameters that a method knows in the query; `None` where unknown ones are ignored, because programs of
    /// any age ask.
    pub(crate) fn known_parameters(&self, method: &Method) -> Option<&[String]> {
        if !self.purpose.is_management() {
            return None;
        }
        self.call(method).map(|call| call.parameters.as_slice())
    }

    /// Returns the rights that a method needs; `None` where it manages nothing.
    pub(crate) fn needs(&self, method: &Method) -> Option<Needs> {
        self.call(method)?.needs
    }

    fn call(&self, method: &Method) -> Option<&Call> {
        self.calls.get(if method == Method::HEAD { &Method::GET } else { method })
    }
}

/// Returns the calls of a path.
///
/// # Errors
/// A call that manages something has no row in the table of rights.
fn calls(template: &str, purpose: Purpose, path: &PathItem) -> anyhow::Result<HashMap<Method, Call>> {
    let PathItem { get, put, post, delete, patch, .. } = path;
    let operations = [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::PATCH, patch),
    ];
    let mut calls = HashMap::new();
    for (method, operation) in operations {
        let Some(operation) = operation else { continue };
        let needs = needs::of(method.as_str(), template).filter(|_| purpose.is_management());
        anyhow::ensure!(
            needs.is_some() || !purpose.is_management(),
            "{method} {template} has no row in the table of rights"
        );
        calls.insert(method, Call { parameters: in_query(operation), needs });
    }
    Ok(calls)
}

fn in_query(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
        _ => None,
    });
    parameters.collect()
}

/// All routes. The router inside decides by the same templates with the same matcher, but it tells its decision only after
/// the limits of a request must be known.
#[derive(Debug)]
pub(crate) struct Table {
    matcher: matchit::Router<Arc<Route>>,
    purposes: HashMap<String, Purpose>,
}

impl Table {
    fn new(routes: Vec<(String, Purpose)>, document: &OpenApi) -> anyhow::Result<Self> {
        let (mut matcher, mut purposes) = (matchit::Router::new(), HashMap::new());
        for (template, purpose) in routes {
            match purposes.insert(template.clone(), purpose) {
                None => {
                    let path = document.paths.paths.get(&template);
                    let calls = path.map(|path| calls(&template, purpose, path)).transpose()?.unwrap_or_default();
                    matcher.insert(template.clone(), Arc::new(Route { template, purpose, calls }))?;
                }
                Some(other) => anyhow::ensure!(other == purpose, "{template} is {other:?} and {purpose:?}"),
            }
        }
        Ok(Self { matcher, purposes })
    }

    /// Returns the route of a path.
    pub(crate) fn find(&self, path: &str) -> Option<Arc<Route>> {
        self.matcher.at(path).ok().map(|found| Arc::clone(found.value))
    }

    /// Returns the rights that a call needs; `None` where it manages nothing.
    pub(crate) fn needs(&self, method: &str, template: &str) -> Option<Needs> {
        self.purpose(template).filter(|purpose| purpose.is_management())?;
        needs::of(&method.to_uppercase(), template)
    }

    /// Returns the purpose of a template.
    pub(crate) fn purpose(&self, template: &str) -> Option<Purpose> {
        self.purposes.get(template).copied()
    }
}
