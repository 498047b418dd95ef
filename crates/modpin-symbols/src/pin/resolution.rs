//! What becomes of one unresolved symbol in a host: it is pinned, exported, refused with a reason, or left to others.

use std::collections::HashMap;
use std::ops::Deref;

use crate::archive::unit::Content;
use crate::facts::table::{Binding, Visibility};
use crate::link::closure::Closure;
use crate::link::scope::{Definer, Scope, UnitId};
use crate::link::site::{Asker, Site};
use crate::name::{bounds_section, can_be_pinned, linker_provides};
use crate::pin::plan::{Elsewhere, Export};
use crate::pin::refusal::{HiddenBy, Refusal};
use crate::pin::unresolved::Unresolved;

/// What becomes of an unresolved symbol.
pub(crate) enum Resolution {
    /// It is no concern of the host.
    Nothing,
    /// Kept and exported out of an archive.
    Pin(Export),
    /// Exported.
    Export(Export),
    /// Nobody in the host has it.
    Elsewhere(Elsewhere),
    Refuse(Refusal),
}

impl<'a> Unresolved<'a> {
    /// Whether the name goes on the command line with `-u`.
    pub fn is_root(&self, scope: &Scope<'a>) -> bool {
        !self.weak && !self.is_provided() && self.definer(scope).is_some()
    }

    /// Names that every linked file has of its own: the host's are not meant.
    fn is_provided(&self) -> bool {
        linker_provides(self.symbol) && !bounds_section(self.symbol)
    }

    /// The definition that the link takes: an object's before an archive's, a strong one of the objects before a weak one.
    fn definer(&self, scope: &Scope<'a>) -> Option<Definer<'a>> {
        let answers =
            || scope.definers(self.symbol).filter(|definer| definer.definition.answers(self.version));
        let given = || answers().filter(|definer| scope.is_given(definer.unit));
        let strong = |definer: &Definer<'a>| definer.definition.binding != Binding::Weak;
        given().find(strong).or_else(|| given().next()).or_else(|| answers().next())
    }

    /// Whether it may matter which members of archives are linked.
    pub fn depends_on_links(&self, scope: &Scope<'a>) -> bool {
        let Some(definer) = self.definer(scope).filter(|_| !self.is_provided()) else { return false };
        let may_be_left = self.weak && !scope.is_given(definer.unit);
        definer.definition.visibility.exportable() && (may_be_left || scope.is_guarded(self.symbol))
    }

    /// What becomes of it in a host of which these units are linked; `listed` names what unreadable members have.
    pub fn resolve(
        mut self,
        scope: &Scope<'a>,
        linked: &impl Deref<Target = Closure<'a>>,
        listed: &HashMap<&str, UnitId>,
    ) -> Resolution {
        if self.is_provided() {
            return Resolution::Nothing;
        }
        if let (Some(hidden), false) = (self.hidden.take(), self.weak) {
            return Resolution::Refuse(Refusal::Hidden {
                symbol: self.text(),
                visibility: hidden.visibility.word().to_owned(),
                hidden_by: HiddenBy::ModuleReference,
                site: hidden.site,
                asked_by: sorted(hidden.askers),
            });
        }
        let Some(definer) = self.definer(scope) else { return self.undefined(scope, listed) };
        match (self.obstacle(scope, linked, definer), self.weak) {
            (Some(_), true) => Resolution::Nothing,
            (Some(refusal), false) => Resolution::Refuse(refusal),
            (None, false) if !scope.is_given(definer.unit) => {
                Resolution::Pin(self.export(scope, definer))
            }
            // Nobody takes it out of its archive for the sake of who can do without.
            (None, true) if !scope.is_given(definer.unit) && linked.why(definer.unit).is_none() => {
                Resolution::Nothing
            }
            (None, _) => Resolution::Export(self.export(scope, definer)),
        }
    }

    fn undefined(self, scope: &Scope<'a>, listed: &HashMap<&str, UnitId>) -> Resolution {
        if self.weak || bounds_section(self.symbol) {
            return Resolution::Nothing;
        }
        if let Some(resolution) = listed.get(self.symbol).and_then(|&id| self.listed(scope, id)) {
            return resolution;
        }
        match self.askers.contains(&Asker::Project) {
            true => Resolution::Refuse(Refusal::UnknownExport { symbol: self.text() }),
            false => {
                Resolution::Elsewhere(Elsewhere { symbol: self.text(), asked_by: sorted(self.askers) })
            }
        }
    }

    /// The index of its archive names it, and that is all: a linker takes the member for it, too. See
    /// [`PinPlan::blind_pins`](crate::PinPlan::blind_pins).
    fn listed(&self, scope: &Scope<'a>, id: UnitId) -> Option<Resolution> {
        let (symbol, site, asked_by) = (self.text(), Site::of(scope, id), self.asked_by());
        match &scope.unit(id)?.content {
            Content::Object(_) if !can_be_pinned(self.symbol) => {
                Some(Resolution::Refuse(Refusal::Name { symbol, asked_by }))
            }
            Content::Object(_) => {
                Some(Resolution::Pin(Export { symbol, version: None, weak: false, site, asked_by }))
            }
            Content::Damaged(why) => {
                let why = why.to_string();
                Some(Resolution::Refuse(Refusal::Damaged { symbol, why, site, asked_by }))
            }
            Content::Foreign(_) => None,
        }
    }

    /// What keeps the host from offering a symbol that it has.
    fn obstacle(
        &self,
        scope: &Scope<'a>,
        linked: &impl Deref<Target = Closure<'a>>,
        definer: Definer<'a>,
    ) -> Option<Refusal> {
        let hidden = |visibility: Visibility, hidden_by, id| Refusal::Hidden {
            symbol: self.text(),
            visibility: visibility.word().to_owned(),
            hidden_by,
            site: Site::of(scope, id),
            asked_by: self.asked_by(),
        };
        if !definer.definition.visibility.exportable() {
            return Some(hidden(definer.definition.visibility, HiddenBy::Definition, definer.unit));
        }
        // What is linked is worked out only when it matters.
        let narrowed = scope.is_guarded(self.symbol).then(|| linked.narrowed(self.symbol)).flatten();
        if let Some(narrowed) = narrowed.filter(|narrowed| !narrowed.visibility.exportable()) {
            let by = if narrowed.by_reference { HiddenBy::HostReference } else { HiddenBy::Definition };
            return Some(hidden(narrowed.visibility, by, narrowed.unit));
        }
        if let (Some(version), false) = (&definer.definition.version, definer.definition.default_version)
        {
            return Some(Refusal::OldVersion {
                symbol: self.text(),
                version: version.to_string(),
                site: Site::of(scope, definer.unit),
                asked_by: self.asked_by(),
            });
        }
        (!can_be_pinned(self.symbol))
            .then(|| Refusal::Name { symbol: self.text(), asked_by: self.asked_by() })
    }

    fn export(self, scope: &Scope<'a>, definer: Definer<'a>) -> Export {
        let version = definer.definition.version.as_deref().map(str::to_owned);
        let (site, weak) = (Site::of(scope, definer.unit), self.weak);
        Export { symbol: self.text(), version, weak, site, asked_by: sorted(self.askers) }
    }

    fn text(&self) -> String {
        self.symbol.to_owned()
    }

    fn asked_by(&self) -> Vec<Asker> {
        sorted(self.askers.clone())
    }
}

fn sorted(mut askers: Vec<Asker>) -> Vec<Asker> {
    askers.sort_unstable();
    askers.dedup();
    askers
}
