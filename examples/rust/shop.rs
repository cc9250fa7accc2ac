//! Evaluates every flag of a small shop for three users: `cargo run --example shop [SNAPSHOT]`.

use std::{env, error::Error};

use flagbit::{Client, Context};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).unwrap_or_else(|| "examples/flags.json".into());
    let client = Client::from_file(path)?;

    let ana = Context::builder()
        .set("user_id", "usr_1001")?
        .set("plan", "pro")?
        .set("country", "DE")?
        .set("age", 34)?
        .set("beta", true)?
        .set("app_version", "2.4.1")?
        .set("email", "ana@shop.example")?
        .build();
    let ben = Context::builder()
        .set("user_id", "usr_1002")?
        .set("plan", "free")?
        .set("country", "US")?
        .set("age", 17)?
        .set("beta", false)?
        .set("cart_total", 129.5)?
        .build();
    let guest = Context::builder().set("country", "FR")?.set("session_id", "s-77aa")?.build();

    for flag in client.flags() {
        for (user, context) in [("ana", &ana), ("ben", &ben), ("guest", &guest)] {
            let evaluation = client.evaluate(&flag, context, false);
            // A typed flag answers with one of its variants.
            let answer = match &evaluation.variant {
                Some(variant) => variant.name(),
                None if evaluation.enabled => "on",
                None => "off",
            };
            let rule = evaluation.rule_index.map_or_else(|| "-".into(), |index| index.to_string());
            println!("{flag}\t{user}\t{answer}\t{}\t{rule}", evaluation.reason.name());
        }
    }
    Ok(())
}
