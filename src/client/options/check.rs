//! Whether options go together.

use super::{
    super::ClientError,
    ClientOptions, Source,
    setting::Setting,
    table::{Role, TABLE},
};

impl ClientOptions {
    /// The source.
    ///
    /// # Errors
    /// No source, several of them, or an option that needs another one.
    pub(in crate::client) fn source(&self) -> Result<Source, ClientError> {
        let found = TABLE.iter().filter_map(|row| match row.role {
            Role::Source(source) => source(self).map(|source| (row.setting, source)),
            _ => None,
        });
        let Ok([(setting, source)]) = <[_; 1]>::try_from(found.collect::<Vec<_>>()) else {
            return Err(self.not_one_source());
        };
        for row in TABLE {
            let needed = match row.role {
                Role::OfUrl(is_set) if is_set(self) => Setting::Url,
                Role::OfFile(is_set) if is_set(self) => Setting::File,
                _ => continue,
            };
            if needed != setting {
                let [needed, source] = [needed, setting].map(|setting| self.language.name(setting));
                let problem = format!("needs the source {needed}, and the source of this client is {source}");
                return Err(self.language.wrong(row.setting, problem));
            }
        }
        Ok(source)
    }

    fn not_one_source(&self) -> ClientError {
        let sources = TABLE.iter().filter(|row| matches!(row.role, Role::Source(_)));
        let names: Vec<_> = sources.map(|row| self.language.name(row.setting)).collect();
        ClientError::Options(format!("a client needs exactly one of the sources {}", names.join(", ")))
    }
}
