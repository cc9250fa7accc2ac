//! The last good snapshot in a file: a start without the server, and files that are no help.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use flagbit::{Client, ClientOptions, LogLine, State};

use super::{
    KEY, PATIENCE, eventually, is_on, options, ready,
    server::{Server, good, snapshot, status},
};

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("flagbit-{}-cache-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("flags.cache")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn keep(server: &Server, path: &Path) {
    let client = ready(options(server).cache_path(path));
    // The flags are there before they are kept.
    client.refresh(PATIENCE).unwrap();
}

/// A server that was there and is gone, with what it left in the cache: the flag on, by revision 7.
fn left_behind(path: &Path) -> String {
    let server = Server::new(good(7, true));
    keep(&server, path);
    server.url()
}

fn lines(client: &Client, part: &str) -> Vec<LogLine> {
    client.take_log().into_iter().filter(|line| line.message.contains(part)).collect()
}

#[test]
fn a_start_without_the_server_serves_what_was_last_known() {
    let folder = Folder::new("start");
    let url = left_behind(&folder.file());
    let text = fs::read_to_string(folder.file()).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(first.starts_with("flagbit-cache 1 ") && rest == snapshot(7, true), "{text}");
    for part in [r#""revision":"7""#, r#""project":"shop""#, r#""environment":"production""#, &url] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert!(!text.contains(KEY), "a key in a file");
    #[cfg(unix)]
    {
        let permissions = fs::metadata(folder.file()).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "a temporary file is left");

    let offline = ClientOptions::server(&url, KEY).cache_path(folder.file()).bootstrap(snapshot(1, false));
    let client = Client::open(offline).unwrap();
    assert!(is_on(&client), "the cache comes before the bootstrap");
    assert!(client.wait_until_ready(std::time::Duration::ZERO));
    let now = client.status();
    assert_eq!((now.state, now.revision.as_deref(), now.last_success), (State::Stale, Some("7"), None));
    assert_eq!(lines(&client, "serving the snapshot of the cache").len(), 1);
    client.refresh(PATIENCE).unwrap_err();
    assert!(is_on(&client));
}

#[test]
fn the_server_is_asked_for_what_is_newer_than_the_cache() {
    let folder = Folder::new("etag");
    let server = Server::new(good(7, true));
    keep(&server, &folder.file());
    let client = Client::open(options(&server).cache_path(folder.file())).unwrap();
    eventually(&client, || client.status().state == State::Ready);
    assert_eq!(client.status().generation, 1, "unchanged");
    assert_eq!(server.requests().last().unwrap().headers["if-none-match"], "\"7\"");
    server.answer(good(3, false));
    client.refresh(PATIENCE).unwrap();
    assert!(!is_on(&client));
    assert!(fs::read_to_string(folder.file()).unwrap().contains(r#""revision":"3""#));
}

/// Opens a client of a server that is gone on this file, which must be ignored with these words.
fn assert_ignored(url: &str, path: &Path, words: &str) {
    let options = ClientOptions::server(url, KEY).cache_path(path).bootstrap(snapshot(1, false));
    let client = Client::open(options).unwrap();
    assert!(!is_on(&client), "{words}");
    let log = client.take_log();
    let is_reported = |line: &LogLine| line.message.contains("is ignored: ") && line.message.contains(words);
    assert!(log.iter().any(is_reported), "{words}: {log:?}");
    assert!(client.status().last_error.is_some(), "{words}");
}

#[test]
fn damaged_and_foreign_files_are_reported_and_ignored() {
    let folder = Folder::new("damaged");
    let (path, bad) = (folder.file(), folder.0.join("bad"));
    let url = left_behind(&path);
    let whole = fs::read(&path).unwrap();
    let ignored = |content: &[u8], words: &str| {
        fs::write(&bad, content).unwrap();
        assert_ignored(&url, &bad, words);
    };
    ignored(b"", "it is no cache file");
    ignored(b"{\"flags\": []}", "it is no cache file");
    ignored(&[0xff; 100], "it is no cache file");
    ignored(b"flagbit-cache 2 x", "it is no cache file of this version");
    ignored(&whole[..40], "it is cut short");
    for length in [100, whole.len() / 2, whole.len() - 1] {
        ignored(&whole[..length], "it is damaged");
    }
    // No single bit that is another is taken for the same, the entity tag's included.
    for position in (16..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[position] ^= 1 << (position % 8);
        ignored(&flipped, "it is damaged");
    }
    assert_ignored("http://127.0.0.1:1", &path, "it is of another source");
    fs::create_dir(folder.0.join("folder")).unwrap();
    assert_ignored(&url, &folder.0.join("folder"), "it cannot be read: not a regular file");
}

#[test]
fn a_file_that_cannot_be_written_does_not_disturb() {
    let folder = Folder::new("unwritable");
    fs::write(folder.0.join("file"), "").unwrap();
    let mut paths = vec![folder.0.join("no such folder/flags.cache"), PathBuf::from("/proc/flags.cache")];
    // Even root cannot write into a path that is not a folder.
    paths.push(folder.0.join("file/flags.cache"));
    for path in paths {
        let server = Server::new(good(1, true));
        let client = ready(options(&server).cache_path(&path));
        assert!(is_on(&client));
        server.answer(good(2, false));
        client.refresh(PATIENCE).unwrap();
        assert!(!is_on(&client));
        let log = lines(&client, "is not kept in");
        assert_eq!(log.len(), 1, "{}: {log:?}", path.display());
    }
}

#[test]
fn a_full_disk_does_not_disturb() {
    let folder = Folder::new("full");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&folder.0)
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("no file system can be mounted here: not tested");
        return;
    }
    let large = format!(r#"{{"flags": [{{"key": "f", "enabled": true, "description": "{}"}}]}}"#, "x".repeat(200_000));
    let server = Server::new(good(1, true));
    let client = ready(options(&server).cache_path(folder.file()));
    server.answer(status(200, &[], large));
    client.refresh(PATIENCE).unwrap();
    let log = lines(&client, "is not kept in");
    let kept = fs::read_to_string(folder.file()).unwrap();
    let files = fs::read_dir(&folder.0).unwrap().count();
    server.answer(good(3, true));
    client.refresh(PATIENCE).unwrap();
    let again = lines(&client, "again");
    assert!(std::process::Command::new("umount").arg(&folder.0).status().unwrap().success());
    assert!(!log.is_empty() && log[0].message.contains("No space left"), "{log:?}");
    assert!(kept.contains(r#""revision":"1""#), "the file that was there stays");
    assert_eq!(files, 1, "the temporary file is gone");
    assert!(again.iter().any(|line| line.message.contains("is kept in")), "{again:?}");
}

#[test]
fn a_bootstrap_that_is_refused_is_an_error_even_with_a_cache() {
    let folder = Folder::new("bootstrap");
    let url = left_behind(&folder.file());
    let options = ClientOptions::server(&url, KEY).cache_path(folder.file()).bootstrap("{");
    assert!(Client::open(options).unwrap_err().to_string().contains("not JSON"));
}

#[test]
fn many_may_share_one_file() {
    let folder = Folder::new("shared");
    let server = Server::new(good(1, true));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let client = Client::open(options(&server).cache_path(folder.file())).unwrap();
                    let log = lines(&client, "is ignored");
                    assert!(log.is_empty(), "half a file was read: {log:?}");
                    client.refresh(PATIENCE).unwrap();
                }
            });
        }
        for revision in 2..200 {
            server.answer(good(revision, true));
            thread::sleep(std::time::Duration::from_millis(1));
        }
    });
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "a temporary file is left");
}

/// The kinds of objects at a path that are not files. None of them may be opened or replaced.
#[cfg(target_os = "linux")]
fn make(kind: &str, path: &Path) {
    let run = |command: &[&str]| {
        let status = std::process::Command::new(command[0]).args(&command[1..]).arg(path).status();
        assert!(status.unwrap().success(), "{command:?}");
    };
    match kind {
        "pipe" => run(&["mkfifo"]),
        "folder" => fs::create_dir(path).unwrap(),
        "socket" => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        "link to a device" => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        _ => panic!("{kind}"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    use std::os::unix::fs::FileTypeExt;

    let folder = Folder::new("kinds");
    for kind in ["pipe", "folder", "socket", "link to a device"] {
        let path = folder.0.join(kind);
        make(kind, &path);
        let before = fs::symlink_metadata(&path).unwrap().file_type();
        let server = Server::new(good(1, true));
        let client = ready(options(&server).cache_path(&path));
        client.refresh(PATIENCE).unwrap();
        let log = lines(&client, "not a regular file");
        assert_eq!(log.len(), 2, "{kind}: what is wrong is said of reading and of writing: {log:?}");
        let after = fs::symlink_metadata(&path).unwrap().file_type();
        assert_eq!(before, after, "{kind}");
        assert!(is_on(&client) && fs::metadata("/dev/zero").unwrap().file_type().is_char_device(), "{kind}");

        // The same as a file to read, and to watch.
        let error = Client::from_file(&path).unwrap_err().to_string();
        assert!(error.ends_with("not a regular file"), "{kind}: {error}");
        let watching = Client::open(ClientOptions::watched_file(&path)).unwrap();
        let error = watching.status().last_error.unwrap();
        assert!(error.ends_with("not a regular file"), "{kind}: {error}");
        watching.close();
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 4, "a temporary file is left");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_its_file() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new("links");
    let inner = folder.0.join("inner");
    fs::create_dir(&inner).unwrap();
    for (name, target) in [("relative", "inner/a"), ("again", "relative"), ("first", "inner/b")] {
        symlink(target, folder.0.join(name)).unwrap();
    }
    for name in ["again", "first"] {
        let url = left_behind(&folder.0.join(name));
        assert!(folder.0.join(name).is_symlink(), "{name}");
        let client = Client::open(ClientOptions::server(&url, KEY).cache_path(folder.0.join(name))).unwrap();
        assert!(is_on(&client), "{name}");
    }
    assert!(folder.0.join("relative").is_symlink());
    let mut names: Vec<_> = fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a", "b"], "temporary files lie next to the file, and none is left");

    symlink("circle", folder.0.join("circle")).unwrap();
    let server = Server::new(good(1, true));
    let client = ready(options(&server).cache_path(folder.0.join("circle")));
    client.refresh(PATIENCE).unwrap();
    assert_eq!(lines(&client, "too many symbolic links").len(), 1);
}

#[test]
fn what_killed_processes_left_behind_is_removed() {
    let folder = Folder::new("leftovers");
    let file = |name: &str, age: u64| {
        let path = folder.0.join(name);
        let modified = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
        fs::File::create(&path).unwrap().set_modified(modified).unwrap();
        path
    };
    let old = file(".flags.cache.0123456789abcdef.tmp", 700);
    let others = [
        file(".flags.cache.0123456789abcde0.tmp", 10),
        file(".flags.cache.0123456789ABCDEF.tmp", 700),
        file(".flags.cache.tmp", 700),
        file(".flags.cache.0123.tmp", 700),
        file(".flags.cache2.0123456789abcdef.tmp", 700),
        file("flags.cache.0123456789abcdef.tmp", 700),
    ];
    left_behind(&folder.file());
    assert!(!old.exists(), "an old one of this file");
    for other in others {
        assert!(other.exists(), "{}", other.display());
    }
}

#[test]
fn a_long_name_is_no_obstacle() {
    let folder = Folder::new("long");
    for name in ["n".repeat(250), "\u{e9}".repeat(120)] {
        let url = left_behind(&folder.0.join(&name));
        assert!(is_on(&Client::open(ClientOptions::server(url, KEY).cache_path(folder.0.join(&name))).unwrap()));
    }
}
