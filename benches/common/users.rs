//! The 1,000 users that ask. Every second user has the plan "pro", and no user has a country that a rule lists.

pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) plan: &'static str,
    pub(crate) country: &'static str,
}

/// The same for all.
pub(crate) const VERSION: &str = "2.4.1";

pub(crate) fn users() -> Vec<User> {
    let user = |index: usize| User {
        id: format!("usr_{index}"),
        plan: ["free", "pro"][index % 2],
        country: ["US", "GB", "FR"][index % 3],
    };
    (0..1_000).map(user).collect()
}

impl User {
    /// The attributes in the order in which a program would set them.
    pub(crate) fn attributes(&self) -> [(&'static str, &str); 4] {
        [("user_id", &self.id), ("plan", self.plan), ("country", self.country), ("version", VERSION)]
    }
}
