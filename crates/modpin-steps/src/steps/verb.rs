//! What our plans say that an action does. The text of a graph file leads back to the verb.

/// Writes the enum and both ways to its words, so that no verb can be missing in one of them.
macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident,)*) => {
        /// What an action does, for people.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Verb {
            $($(#[$doc])* $verb,)*
        }

        impl Verb {
            /// The word.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Verb::$verb => stringify!($verb),)*
                }
            }

            /// The verb of a word.
            pub fn of(word: &str) -> Option<Verb> {
                $(if word == stringify!($verb) {
                    return Some(Verb::$verb);
                })*
                None
            }
        }
    };
}

verbs! {
    /// Objects into an archive.
    Archiving,
    /// The loader is asked about a module.
    Checking,
    /// A source into an object.
    Compiling,
    /// A file under a second name.
    Copying,
    /// A tool of the project makes files of others.
    Generating,
    /// The symbols of objects and archives into a text.
    Indexing,
    /// A program or a module: takes memory, so that fewer may run at once than of other actions.
    Linking,
    /// A link to a file, under a second name of it.
    Naming,
    /// Archives into an order.
    Ordering,
    /// What a host keeps for its modules.
    Pinning,
    /// Objects into one relocatable object.
    Relinking,
    /// The symbols of a module, found without a loader.
    Resolving,
    /// A host is started as far as its main.
    Starting,
    /// The exports of a finished host.
    Verifying,
    /// A file whose text the plan knows.
    Writing,
}
