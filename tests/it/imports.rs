//! No files of the client import each other in a circle: each can be read with what is below it alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

type Module = Vec<String>;

/// The modules of a folder with their sources, without tests and comments.
fn modules(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module: Module = at.iter().cloned().chain((name != "mod").then(|| name.clone())).collect();
        if path.is_dir() && name != "tests" {
            modules(&path, &module, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            found.insert(module, code.join("\n"));
        }
    }
}

/// The paths of one `use`, with braces spread out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn spread(tree: &str, before: &Module, paths: &mut Vec<Module>) {
    let (mut depth, mut start) = (0, 0);
    for (position, character) in tree.char_indices().chain([(tree.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = tree[start..position].trim();
                start = position + 1;
                let (head, inner) = part.split_once('{').map_or((part, None), |(head, rest)| (head, Some(rest)));
                let names = head.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
                let path: Module = before.iter().cloned().chain(names).collect();
                match inner {
                    Some(inner) => spread(inner.trim_end().strip_suffix('}').unwrap(), &path, paths),
                    None if !part.is_empty() => paths.push(path),
                    None => {}
                }
            }
            _ => {}
        }
    }
}

/// Returns what a module imports (or, with `public`, re-exports), as paths from the client's folder.
fn paths(module: &Module, code: &str, public: bool) -> Vec<Module> {
    let mut paths = Vec::new();
    for statement in code.split(';') {
        let Some((before, tree)) = statement.rsplit_once("use ") else { continue };
        let before = before.rsplit('\n').next().unwrap_or_default().trim();
        if before.starts_with("pub") == public && (before.is_empty() || public) {
            spread(tree, &Vec::new(), &mut paths);
        }
    }
    let absolute = |path: Module| {
        let ups = path.iter().take_while(|name| *name == "super").count();
        let rest = path.iter().skip(ups).cloned();
        match path.first().map(String::as_str) {
            Some("super") => Some(module[..module.len() - ups].iter().cloned().chain(rest).collect()),
            Some("crate") => (path.get(1).is_some_and(|name| name == "client")).then(|| path[2..].to_vec()),
            // A module of this folder, where `public` passes something of it on.
            _ => public.then(|| module.iter().cloned().chain(path).collect()),
        }
    };
    paths.into_iter().filter_map(absolute).collect()
}

/// The module that a path is in: as deep as it names modules, or where what it names is passed on from.
fn owner(path: &Module, modules: &BTreeMap<Module, String>, passed_on: &BTreeMap<Module, Module>) -> Module {
    match passed_on.get(path) {
        Some(origin) => owner(origin, modules, passed_on),
        None if modules.contains_key(path) || path.is_empty() => path.clone(),
        None => owner(&path[..path.len() - 1].to_vec(), modules, passed_on),
    }
}

/// The way from a module back to itself, if there is one.
fn circle(start: &Module, imports: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    let (mut ways, mut seen) = (vec![vec![start.clone()]], BTreeSet::new());
    while let Some(way) = ways.pop() {
        for next in imports.get(way.last()?).into_iter().flatten() {
            let longer: Vec<_> = way.iter().chain([next]).cloned().collect();
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}

#[test]
fn no_files_of_the_client_import_each_other_in_a_circle() {
    let mut found = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/client"), &Module::new(), &mut found);
    let mut passed_on = BTreeMap::new();
    for (module, code) in &found {
        for path in paths(module, code, true) {
            let name = path.last().unwrap().clone();
            passed_on.insert(module.iter().cloned().chain([name]).collect::<Module>(), path);
        }
    }
    let imports: BTreeMap<Module, BTreeSet<Module>> = found
        .iter()
        .map(|(module, code)| {
            let imported = paths(module, code, false).into_iter().map(|path| owner(&path, &found, &passed_on));
            (module.clone(), imported.filter(|other| other != module).collect())
        })
        .collect();
    let edges: usize = imports.values().map(BTreeSet::len).sum();
    println!("{} files, {edges} imports", imports.len());
    assert!(edges > imports.len(), "imports are not understood: {imports:?}");
    for module in imports.keys() {
        assert_eq!(circle(module, &imports), None, "a circle of imports");
    }
}
