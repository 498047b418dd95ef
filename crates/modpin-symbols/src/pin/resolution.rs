//! One name wanted from a host, and what becomes of it: pinned, exported, refused with a reason, or left to others.
//!
//! Knows who wants it and who defines it; the other names wanted are not its business.

use std::collections::HashMap;
use std::ops::Deref;

use crate::archive::unit::Content;
use crate::facts::table::{Binding, Visibility};
use crate::link::closure::Closure;
use crate::link::scope::{Definer, Scope, UnitId};
use crate::link::site::{Asker, Site};
use crate::name::{bounds_section, can_be_pinned, linker_provides};
use crate::pin::plan::Export;
use crate::pin::refusal::{HiddenBy, Refusal};
use crate::pin::unresolved::Wish;

/// A name wanted from the host by anybody.
pub(crate) struct Want<'a> {
    pub symbol: &'a str,
    version: Option<&'a str>,
    weak: bool,
    /// Set when a module itself says that the name may not come from outside.
    narrowed: Option<Box<Refusal>>,
    /// In any order, with repetitions.
    by: Vec<Asker>,
}

/// What becomes of it.
pub(crate) enum Verdict {
    /// It is no concern of the host.
    Nothing,
    /// Kept and exported out of an archive.
    Pin(Export),
    /// Exported.
    Export(Export),
    /// Nobody in the host has it.
    Elsewhere,
    Refuse(Refusal),
}

impl<'a> Want<'a> {
    /// Nobody wants it yet.
    pub fn new(symbol: &'a str, version: Option<&'a str>) -> Self {
        Want { symbol, version, weak: true, narrowed: None, by: Vec::new() }
    }

    /// One more who wants it: if one of them cannot do without, it is wanted strongly.
    pub fn add(&mut self, wish: Wish<'a>) {
        self.weak &= wish.weak;
        if let (Some(narrowed), None) = (wish.narrowed, &self.narrowed) {
            let (visibility, site) = *narrowed;
            self.narrowed = Some(Box::new(Refusal::Hidden {
                symbol: self.text(),
                visibility: visibility.word().to_owned(),
                hidden_by: HiddenBy::ModuleReference,
                site,
                asked_by: sorted(wish.by.clone()),
            }));
        }
        self.by.extend(wish.by);
    }

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
    pub fn verdict(
        &self,
        scope: &Scope<'a>,
        linked: &impl Deref<Target = Closure<'a>>,
        listed: &HashMap<&str, UnitId>,
    ) -> Verdict {
        if self.is_provided() {
            return Verdict::Nothing;
        }
        if let (Some(refusal), false) = (&self.narrowed, self.weak) {
            return Verdict::Refuse(refusal.as_ref().clone());
        }
        let Some(definer) = self.definer(scope) else { return self.undefined(scope, listed) };
        match (self.obstacle(scope, linked, definer), self.weak) {
            (Some(_), true) => Verdict::Nothing,
            (Some(refusal), false) => Verdict::Refuse(refusal),
            (None, false) if !scope.is_given(definer.unit) => Verdict::Pin(self.export(scope, definer)),
            // Nobody takes it out of its archive for the sake of who can do without.
            (None, true) if !scope.is_given(definer.unit) && linked.why(definer.unit).is_none() => {
                Verdict::Nothing
            }
            (None, _) => Verdict::Export(self.export(scope, definer)),
        }
    }

    fn undefined(&self, scope: &Scope<'a>, listed: &HashMap<&str, UnitId>) -> Verdict {
        if self.weak || bounds_section(self.symbol) {
            return Verdict::Nothing;
        }
        if let Some(refusal) = listed.get(self.symbol).and_then(|&id| self.unreadable(scope, id)) {
            return Verdict::Refuse(refusal);
        }
        match self.by.contains(&Asker::Project) {
            true => Verdict::Refuse(Refusal::UnknownExport { symbol: self.text() }),
            false => Verdict::Elsewhere,
        }
    }

    fn unreadable(&self, scope: &Scope<'a>, id: UnitId) -> Option<Refusal> {
        let (symbol, site, asked_by) = (self.text(), Site::of(scope, id), self.by());
        match &scope.unit(id)?.content {
            Content::Object(object) => {
                let what = object.lto.map(|lto| lto.words().to_owned())?;
                Some(Refusal::Lto { symbol, what, site, asked_by })
            }
            Content::Damaged(why) => {
                Some(Refusal::Damaged { symbol, why: why.to_string(), site, asked_by })
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
            asked_by: self.by(),
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
                asked_by: self.by(),
            });
        }
        (!can_be_pinned(self.symbol)).then(|| Refusal::Name { symbol: self.text(), asked_by: self.by() })
    }

    fn export(&self, scope: &Scope<'a>, definer: Definer<'a>) -> Export {
        let version = definer.definition.version.as_deref().map(str::to_owned);
        let site = Site::of(scope, definer.unit);
        Export { symbol: self.text(), version, weak: self.weak, site, asked_by: self.by() }
    }

    pub fn text(&self) -> String {
        self.symbol.to_owned()
    }

    pub fn by(&self) -> Vec<Asker> {
        sorted(self.by.clone())
    }
}

fn sorted(mut askers: Vec<Asker>) -> Vec<Asker> {
    askers.sort_unstable();
    askers.dedup();
    askers
}
