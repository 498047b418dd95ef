//! Attributes that an option of its kind cannot have.

use crate::declare::options::kind::OptKind;
use crate::declare::options::opt::Opt;
use crate::problem::Problem;

/// Attributes that an option of this kind cannot have.
pub(super) fn misplaced(option: &Opt, is_member: bool) -> Vec<Problem> {
    let (kind, is_choice) = (option.kind, option.kind == OptKind::Choice);
    let mut found = Vec::new();
    let mut wrong = |is: bool, what: &str, help: &str| {
        if is {
            let title = if is_choice { "choice" } else { "option" };
            found.push(Problem::new(format!("{title} {:?}: {what}", option.name), help));
        }
    };
    wrong(
        option.range.is_some() && !kind.is_number(),
        "only numbers have a range",
        "remove the range, or declare it with Opt::int or Opt::hex",
    );
    wrong(
        !option.members.is_empty() && !is_choice,
        "only a choice has members",
        "declare it with Opt::choice",
    );
    wrong(is_choice && option.members.is_empty(), "it has no members", "give it bools to choose from");
    wrong(is_choice && option.internal, "nobody could choose", "let a bool be internal instead");
    wrong(
        option.internal && option.visible_when.is_some(),
        "it is internal and visible at once",
        "remove one of the two",
    );
    let has_default = option.default.is_some() || !option.default_when.is_empty();
    wrong(
        is_member && kind != OptKind::Bool,
        "a member of a choice must be a bool",
        "declare it with Opt::bool",
    );
    wrong(
        is_member && (has_default || option.internal),
        "a member of a choice has no default of its own",
        "give the choice a default that names the member",
    );
    found
}
