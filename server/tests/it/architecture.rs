//! The floors of the server, which ARCHITECTURE.md describes: what may import what, read from the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// From the ground up: a module imports only from its own floor and from those before it.
const FLOORS: [&str; 21] = [
    "quote",
    "json",
    "json_place",
    "key",
    "rights",
    "flags",
    "usage",
    "settings",
    "logs",
    "storage",
    "world",
    "operations",
    "state",
    "http::wire",
    "http::route",
    "http::edge",
    "http::api",
    "http",
    "serve",
    "cli",
    "",
];

/// A module by its path, as in `["http", "api", "flags"]`.
type Module = Vec<String>;

struct Sources {
    /// The code of each module, without comments and unit tests.
    code: BTreeMap<Module, String>,
    /// The items that modules re-export (`pub use`), by their path there.
    handed_on: BTreeMap<Module, Module>,
}

#[test]
fn imports_point_down() {
    let mut upward = Vec::new();
    for (module, imports) in Sources::read().graph() {
        for import in imports {
            if floor(&import) > floor(&module) {
                upward.push(format!("{} imports {}", module.join("::"), import.join("::")));
            }
        }
    }
    assert!(upward.is_empty(), "upward imports:\n{}", upward.join("\n"));
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let mut graph = Sources::read().graph();
    // A file that imports none of the remaining files is in no circle.
    while let Some(module) = graph.iter().find(|(_, imports)| imports.is_empty()).map(|(module, _)| module.clone()) {
        graph.remove(&module);
        graph.values_mut().for_each(|imports| _ = imports.remove(&module));
    }
    let left: Vec<String> = graph.keys().map(|module| module.join("::")).collect();
    assert!(left.is_empty(), "in or above a circle: {}", left.join(", "));
}

#[test]
fn the_lower_floors_know_no_http() {
    for (module, code) in Sources::read().code {
        let is_low = ["flags", "storage", "world", "operations"].contains(&module.first().map_or("", String::as_str));
        for word in ["axum", "hyper", "StatusCode", "HeaderMap"] {
            assert!(!(is_low && code.contains(word)), "{}: `{word}` has no place here", module.join("::"));
        }
    }
}

#[test]
fn sql_is_in_storage_alone() {
    for (module, code) in Sources::read().code {
        let is_storage = module.first().is_some_and(|first| first == "storage");
        // The log is told to leave out the statements by the name of the crate.
        let is_log = module == ["logs"];
        for word in ["sqlx", "SELECT ", "INSERT ", "UPDATE ", "DELETE FROM "] {
            let has_place = is_storage || is_log && word == "sqlx";
            assert!(has_place || !code.contains(word), "{}: `{word}` has no place here", module.join("::"));
        }
    }
}

#[test]
fn no_lock_of_the_server_poisons() {
    for (module, code) in Sources::read().code {
        assert!(!code.contains("PoisonError"), "{}: use parking_lot's locks", module.join("::"));
    }
}

/// The position of a module's floor.
fn floor(module: &[String]) -> usize {
    let path = module.join("::");
    let on = |floor: &&str| path == **floor || path.starts_with(&format!("{floor}::"));
    // Longer names first: `http::api` is not on the floor of `http`.
    let found = FLOORS.iter().filter(|floor| on(floor)).max_by_key(|floor| floor.len());
    let found = found.unwrap_or_else(|| panic!("{path} is on no floor: add it to FLOORS"));
    FLOORS.iter().position(|floor| floor == found).expect("one of them")
}

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut code = BTreeMap::new();
        for file in files(&root) {
            let mut module: Module = file
                .strip_prefix(&root)
                .unwrap()
                .with_extension("")
                .iter()
                .map(|part| part.to_str().unwrap().into())
                .collect();
            if module.last().is_some_and(|last| last == "tests") {
                continue;
            }
            module.pop_if(|last| last == "mod" || last == "main");
            let text = fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let lines = text.lines().map(|line| line.split("// ").next().unwrap_or_default());
            let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
            code.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
        assert!(code.len() > 50, "only {} modules found", code.len());
        let mut sources = Self { code, handed_on: BTreeMap::new() };
        let modules: Vec<Module> = sources.code.keys().cloned().collect();
        for module in modules {
            for (is_public, path) in sources.uses(&module).0 {
                if let (true, Some(path)) = (is_public, sources.absolute(&module, &path)) {
                    let name = path.last().unwrap().clone();
                    sources.handed_on.insert([module.as_slice(), &[name]].concat(), path);
                }
            }
        }
        sources
    }

    /// The other modules that each module imports from.
    fn graph(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        self.code.keys().map(|module| (module.clone(), self.imports(module))).collect()
    }

    fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let (uses, code) = self.uses(module);
        let mut names = BTreeMap::new();
        let mut paths = Vec::new();
        for (is_public, path) in &uses {
            if let (false, Some(path)) = (is_public, self.absolute(module, path)) {
                names.insert(path.last().unwrap().clone(), path.clone());
                paths.push(path);
            }
        }
        // Paths in the code, through a name that was imported or of a module inside.
        for path in code.split(|char: char| !(char.is_alphanumeric() || char == '_' || char == ':')) {
            let path: Module = path.trim_matches(':').split("::").map(Into::into).collect();
            if path.len() < 2 {
                continue;
            }
            match names.get(&path[0]) {
                Some(start) => paths.push([start.as_slice(), &path[1..]].concat()),
                None => paths.extend(self.absolute(module, &path)),
            }
        }
        paths.into_iter().map(|path| self.defining(path)).filter(|found| found != module).collect()
    }

    /// The paths of the `use` declarations of a module, each with whether it is public, and the code without them.
    fn uses(&self, module: &Module) -> (Vec<(bool, Module)>, String) {
        let (mut uses, mut code) = (Vec::new(), String::new());
        let mut rest = self.code[module].as_str();
        while let Some(start) = rest.find("use ") {
            let line = rest[..start].rsplit('\n').next().unwrap_or_default().trim();
            code += &rest[..start];
            rest = &rest[start + 4..];
            if line.is_empty() || line.starts_with("pub") {
                let tree = rest.split(';').next().unwrap_or_default();
                leaves(tree, &[], &mut |path| uses.push((!line.is_empty(), path)));
                rest = &rest[tree.len()..];
            }
        }
        (uses, code + rest)
    }

    /// A path from the root of the crate; `None` for one into another crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Module> {
        let inside = |name: &String| self.code.contains_key(&[module.as_slice(), std::slice::from_ref(name)].concat());
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "super" => {
                let levels = path.iter().take_while(|part| *part == "super").count();
                Some([&module[..module.len() - levels], &path[levels..]].concat())
            }
            "self" => Some([module, &path[1..]].concat()),
            _ => inside(&path[0]).then(|| [module.as_slice(), path].concat()),
        }
    }

    /// The module that defines what a path names, be it handed on by others.
    fn defining(&self, mut path: Module) -> Module {
        let is_handed_on = |path: &[String]| self.handed_on.contains_key(path) && !self.code.contains_key(path);
        while let Some(length) = (1..=path.len()).rev().find(|length| is_handed_on(&path[..*length])) {
            path = [self.handed_on[&path[..length]].as_slice(), &path[length..]].concat();
        }
        while !self.code.contains_key(&path) {
            path.pop();
        }
        path
    }
}

/// Calls `found` with each path of a tree of imports.
fn leaves(tree: &str, prefix: &[String], found: &mut impl FnMut(Module)) {
    let (path, group) = tree.trim().split_once('{').map_or((tree.trim(), None), |(path, group)| (path, Some(group)));
    let path = path.split(" as ").next().unwrap_or_default();
    let parts = path.split("::").filter(|part| !part.is_empty() && (*part != "self" || prefix.is_empty()));
    let path: Module = prefix.iter().cloned().chain(parts.map(|part| part.trim().to_owned())).collect();
    let Some(group) = group else { return found(path) };
    let (mut depth, mut start) = (0, 0);
    for (position, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                let part = group[start..position].trim();
                if !part.is_empty() {
                    leaves(part, &path, found);
                }
                start = position + 1;
            }
            _ => {}
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
