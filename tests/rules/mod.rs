//! Rules (rows B6, B11, A5 and A14): files that a tool makes of others, and the compilations that read them.

mod examples;
mod page;
mod generated;
mod commands;
mod wrong;
mod wrong_objects;
mod ready_made;
mod objects;
mod history;

/// A tool that writes a C file and a header with what its input says.
pub const MKTABLE: &str = "#!/bin/sh\n\
     value=`cat \"$1\"`\n\
     printf '#include \"table.h\"\\nint table(void) { return TABLE; }\\n' > \"$2\"\n\
     echo \"#define TABLE $value\" > \"$3\"\n";
