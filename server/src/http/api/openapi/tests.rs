//! The document as a whole, whatever routes there are.

use std::collections::HashSet;

use super::*;

fn document() -> Value {
    let (_, generated, table) = crate::http::api::routes(&Document::default()).into_parts().unwrap();
    complete(generated, &table)
}

/// Path, method and operation.
fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap().clone();
    let operations = paths.into_iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap().clone();
        item.into_iter().map(move |(method, operation)| (path.clone(), method, operation))
    });
    operations.filter(|(_, _, operation)| operation.is_object()).collect()
}

#[test]
fn every_operation_has_an_id_of_its_own_and_says_what_it_is() {
    let mut ids = HashSet::new();
    for (path, method, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        assert!(!id.is_empty() && ids.insert(id), "{method} {path}: {operation:#}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        assert!(operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{method} {path}");
    }
}

#[test]
fn every_part_of_a_path_is_a_parameter() {
    for (path, method, operation) in operations() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let declared = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(path.matches('{').count(), declared, "{method} {path}");
        assert!(parameters.iter().all(|parameter| parameter["schema"].is_object()), "{method} {path}");
    }
}

#[test]
fn what_needs_a_key_says_what_happens_without() {
    for (path, method, operation) in operations() {
        let is_keyless = operation["security"].as_array().unwrap().is_empty();
        for status in ["401", "403", "429"] {
            let is_documented = operation["responses"].get(status).is_some();
            assert!(is_keyless || is_documented, "{method} {path}: {status}");
        }
    }
}

#[test]
fn references_lead_somewhere() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    assert_eq!(document["openapi"], "3.1.0");
}

/// Schemas are known by their names alone: of two types with one name, one is described as the other.
#[test]
fn types_have_names_of_their_own() {
    let mut names = HashSet::new();
    let source = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    for file in files(source).iter().filter(|file| !file.ends_with("openapi/tests.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for part in text.split("ToSchema)]").skip(1) {
            let item = part.split('{').next().unwrap();
            let renamed = item.split_once("schema(as = ").map(|(_, name)| name);
            let name =
                renamed.or_else(|| item.split_once("struct ").or(item.split_once("enum ")).map(|(_, name)| name));
            let name = name.unwrap().split(|char: char| !char.is_alphanumeric()).next().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name} of {}: use #[schema(as = ...)]", file.display());
        }
    }
    assert!(names.len() > 3);
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
