//! eppo_core, the engine of Eppo's SDKs. Its logging of assignments is off in the snapshot.

use std::{fs, path::PathBuf, sync::Arc};

use eppo_core::{
    Attributes, Configuration, SdkMetadata, Str,
    configuration_store::ConfigurationStore,
    eval::{Evaluator, EvaluatorConfig},
    ufc::{UniversalFlagConfig, VariationType},
};

use crate::{
    common::users::{User, VERSION},
    peer::Peer,
};

pub(crate) struct Eppo(Evaluator);

impl Peer for Eppo {
    const NAME: &'static str = "eppo_core 10";
    const FORMAT: &'static str = "eppo";
    type Context = (Str, Arc<Attributes>);

    fn load(path: PathBuf) -> Self {
        let sdk_metadata = SdkMetadata { name: "bench", version: "0" };
        let config = UniversalFlagConfig::from_json(sdk_metadata, fs::read(path).unwrap()).unwrap();
        let configuration_store = Arc::new(ConfigurationStore::new());
        configuration_store.set_configuration(Arc::new(Configuration::from_server_response(config, None)));
        Self(Evaluator::new(EvaluatorConfig { configuration_store, sdk_metadata }))
    }

    fn context(user: &User) -> Self::Context {
        let attributes = [("plan", user.plan), ("country", user.country), ("version", VERSION)];
        let attributes = attributes.into_iter().map(|(name, value)| (name.into(), value.into()));
        (Str::new(&user.id), Arc::new(attributes.collect()))
    }

    fn is_on(&self, flag: &str, (id, attributes): &Self::Context) -> bool {
        let assignment = self.0.get_assignment(flag, id, attributes, Some(VariationType::Boolean)).unwrap();
        assignment.is_some_and(|assignment| assignment.value.as_boolean() == Some(true))
    }
}
