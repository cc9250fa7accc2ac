//! Follows a flag of a server: `FLAGBIT_SERVER_KEY=fbsrv_... cargo run --example live http://127.0.0.1:8080 FLAG`.
//!
//! Asks as often as a program that draws frames, and prints each change of the text that it would show.

use std::{env, error::Error, thread, time::Duration};

use flagbit::{Client, ClientOptions, Context};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(url), Some(flag)) = (arguments.next(), arguments.next()) else {
        return Err("usage: live URL FLAG, with the server key in FLAGBIT_SERVER_KEY".into());
    };
    let options =
        ClientOptions::server(url, env::var("FLAGBIT_SERVER_KEY")?).stream(true).stale_after(Duration::from_secs(1));
    let client = Client::open(options)?;
    client.wait_until_ready(Duration::from_secs(10));

    let ben = Context::builder().set("user_id", "usr_1002")?.set("plan", "free")?.build();
    let mut shown = String::new();
    loop {
        let answer = if client.is_enabled(&flag, &ben, false) { "on" } else { "off" };
        let line = format!("{answer} {}", client.status().state.name());
        if line != shown {
            println!("{line}");
            shown = line;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
